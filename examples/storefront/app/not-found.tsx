import Link from "next/link";
import { Page } from "@/components/page";

export default function NotFound() {
  return (
    <Page title="There is nothing here">
      <p>
        Perhaps the link is an old one. <Link href="/">Start at the beginning.</Link>
      </p>
    </Page>
  );
}
