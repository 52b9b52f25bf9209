import type { Metadata } from "next";
import { connection } from "next/server";
import type { ReactNode } from "react";
import { Header } from "@/components/header";
import { Notice } from "@/components/notice";
import { Providers } from "@/components/providers";
import "./globals.css";

export const metadata: Metadata = {
  description: "Customer accounts of an example shop.",
};

export default async function Layout({ children }: { children: ReactNode }) {
  // Each answer has a number of its own for its scripts (proxy.ts). Nothing personal is ever rendered here.
  await connection();
  return (
    <html lang="en">
      <body>
        <a className="skip" href="#content">
          To the content
        </a>
        <Providers>
          <Header />
          <Notice />
          <main id="content" tabIndex={-1}>
            <noscript>
              <p className="problem-box">These pages need JavaScript.</p>
            </noscript>
            {children}
          </main>
        </Providers>
      </body>
    </html>
  );
}
