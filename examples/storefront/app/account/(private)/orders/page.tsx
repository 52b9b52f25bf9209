"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useSearchParams } from "next/navigation";
import { Suspense } from "react";
import { OrderRow } from "@/components/order-row";
import { Failed, Page, Waiting } from "@/components/page";
import { graphql } from "@/gql";
import type { OrdersQueryVariables } from "@/gql/graphql";
import { MINE } from "@/lib/me";
import { request } from "@/lib/request";

const Orders = graphql(`
  query Orders($first: Int, $after: String, $last: Int, $before: String) {
    me {
      id
      orders(first: $first, after: $after, last: $last, before: $before) {
        nodes {
          id
          ...OrderRow
        }
        pageInfo {
          hasPreviousPage
          hasNextPage
          startCursor
          endCursor
        }
        totalCount
      }
    }
  }
`);

const SIZE = 5;

export default function OrdersPage() {
  return (
    <Page title="Orders">
      <Suspense fallback={<Waiting />}>
        <OrderHistory />
      </Suspense>
    </Page>
  );
}

function OrderHistory() {
  const place = useSearchParams();
  const after = place.get("after");
  const before = place.get("before");
  const page: OrdersQueryVariables = before ? { last: SIZE, before } : { first: SIZE, after };
  const { data, error, refetch } = useQuery({
    queryKey: [MINE, "orders", page],
    queryFn: () => request(Orders, page),
    placeholderData: keepPreviousData,
  });
  const orders = data?.me?.orders;
  if (error) return <Failed error={error} retry={refetch} />;
  if (!orders) return <Waiting />;
  if (orders.totalCount === 0) return <p>You have not bought anything yet.</p>;
  const { hasPreviousPage, hasNextPage, startCursor, endCursor } = orders.pageInfo;
  return (
    <>
      <p className="hint">
        {orders.totalCount === 1 ? "One order" : `${orders.totalCount} orders`}, the newest first.
      </p>
      <ul className="orders">
        {orders.nodes.map((order) => (
          <li key={order.id}>
            <OrderRow order={order} />
          </li>
        ))}
      </ul>
      <nav aria-label="Pages" className="actions">
        {hasPreviousPage && startCursor && <Link href={{ query: { before: startCursor } }}>Newer orders</Link>}
        {hasNextPage && endCursor && <Link href={{ query: { after: endCursor } }}>Older orders</Link>}
      </nav>
    </>
  );
}
