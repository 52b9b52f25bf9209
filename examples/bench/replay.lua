-- Replays the bodies of a file, one a line; every answer is checked. "@@" becomes a number that was not used before.
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init()
  bodies, next_body, fresh = {}, 0, os.time() * 100000
  for line in io.lines(os.getenv("REQUESTS")) do
    bodies[#bodies + 1] = line
  end
  good, bad = 0, 0
  headers = { ["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. os.getenv("KEY") }
end

function request()
  next_body = next_body % #bodies + 1
  fresh = fresh + 1
  local body = bodies[next_body]:gsub("@@", tostring(fresh))
  return wrk.format("POST", nil, headers, body)
end

function response(status, _, body)
  if status == 200 and not body:find('"errors":', 1, true) and not body:find('"userErrors":[{', 1, true) then
    good = good + 1
  else
    bad = bad + 1
  end
end

function done(summary, latency)
  local good, bad = 0, 0
  for _, thread in ipairs(threads) do
    good, bad = good + thread:get("good"), bad + thread:get("bad")
  end
  io.write(string.format("answers %9.1f/s   p50 %8.2f ms   p99 %8.2f ms   wrong %d\n", good / summary.duration * 1e6,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, bad))
end
