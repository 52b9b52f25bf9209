/** Starts to listen on this machine alone; answers with the address of the GraphQL endpoint. */
export function listen(server, port) {
  return new Promise((started, failed) => {
    server.once('error', failed);
    server.listen(port, '127.0.0.1', () => started(`http://127.0.0.1:${server.address().port}/graphql`));
  });
}

export async function bodyOf(request) {
  let text = '';
  for await (const piece of request.setEncoding('utf8')) text += piece;
  return text;
}
