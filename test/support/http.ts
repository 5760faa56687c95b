/** Requests of Node's HTTP client to a device. */
import { type IncomingMessage, type RequestOptions, request } from "node:http";

export interface HttpAnswer {
	readonly status: number;
	readonly headers: IncomingMessage["headers"];
	readonly body: Buffer;
}

/** Sends a request on a connection of its own, and reads the whole response. Rejects if it is cut off. */
export function httpRequest(
	host: string,
	port: number,
	path = "/",
	options: RequestOptions = {},
): Promise<HttpAnswer> {
	return new Promise((resolve, reject) => {
		const asked = request({ host, port, path, agent: false, ...options }, (response) => {
			const parts: Buffer[] = [];
			response.on("data", (part: Buffer) => parts.push(part));
			response.on("error", reject);
			response.on("end", () =>
				resolve({
					status: response.statusCode as number,
					headers: response.headers,
					body: Buffer.concat(parts),
				}),
			);
		});
		asked.on("error", reject);
		asked.end();
	});
}
