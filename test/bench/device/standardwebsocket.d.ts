/** The SDK's `WebSocket`, which its typings leave out, as far as it is used here. */
declare module "WebSocket" {
	export default class WebSocket {
		constructor(options: string | { attach: object });
		onmessage: ((event: { data: string }) => void) | undefined;
		send(data: string): void;
	}
}
