import { type FragmentType, graphql, readFragment } from "@/gql";

const OrderRowFragment = graphql(`
  fragment OrderRow on OrderLink {
    displayId
    orderId
    placedAt
    status
    total {
      amount
      currencyCode
    }
    lines {
      id
      title
      sku
      quantity
      total {
        amount
        currencyCode
      }
    }
  }
`);

type Money = { amount: string; currencyCode: string };

export function OrderRow(props: { order: FragmentType<typeof OrderRowFragment> }) {
  const order = readFragment(OrderRowFragment, props.order);
  return (
    <details className="order">
      <summary>
        <span className="number">{order.displayId ?? order.orderId}</span>
        <time dateTime={order.placedAt}>{dates.format(new Date(order.placedAt))}</time>
        <span className="badge">{order.status}</span>
        <span className="money">{inWords(order.total)}</span>
      </summary>
      {order.lines.length === 0 ? (
        <p>There are no particulars.</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">Item</th>
              <th scope="col">Pieces</th>
              <th scope="col">Price</th>
            </tr>
          </thead>
          <tbody>
            {order.lines.map((line) => (
              <tr key={line.id}>
                <td>{line.title ?? line.sku ?? "Item"}</td>
                <td>{line.quantity}</td>
                <td className="money">{line.total && inWords(line.total)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </details>
  );
}

const dates = new Intl.DateTimeFormat("en", { dateStyle: "medium" });

/** Amounts are exact decimals: they are formatted as the text that they are, never as a binary fraction. */
function inWords({ amount, currencyCode }: Money): string {
  const format = new Intl.NumberFormat("en", { style: "currency", currency: currencyCode });
  return format.format(amount as Intl.StringNumericLiteral);
}
