/** The SDK's `WebSocket`, as far as it is used here; its typings lack it. */
declare module "WebSocket" {
	export default class WebSocket {
		constructor(options: string | { attach: object });
		onmessage: ((event: { data: string }) => void) | undefined;
		send(data: string): void;
	}
}
