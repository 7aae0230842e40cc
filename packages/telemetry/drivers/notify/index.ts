export { tellByMail } from './mail.ts';
export { parseSmtpUrl, type SmtpSettings } from './smtp-settings.ts';
export { tellWebhook, type WebhookOptions, type WebhookPayload, type WebhookTarget } from './webhook.ts';
export { type WebhookHeaders, webhookHeaders } from './webhook-signature.ts';
