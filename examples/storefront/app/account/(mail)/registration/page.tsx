import { ConfirmEmailPage } from "@/components/confirm-email";

export default ConfirmEmailPage;
