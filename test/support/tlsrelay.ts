/** A relay between the device and a server with TLS: it sees the records that pass, and may change them. */

import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { peerAddress } from "./peeraddress.js";

/** Types of records (RFC 5246 section 6.2.1). */
export const recordTypes = { changeCipherSpec: 20, alert: 21, handshake: 22, data: 23 } as const;

const header = 5;

/** Splits a stream of bytes into records, headers included. */
function splitter(onRecord: (record: Buffer) => void): (bytes: Buffer) => void {
	let held = Buffer.alloc(0);
	return (bytes) => {
		held = Buffer.concat([held, bytes]);
		while (held.length >= header) {
			const end = header + held.readUInt16BE(3);
			if (held.length < end) return;
			onRecord(held.subarray(0, end));
			held = held.subarray(end);
		}
	};
}

export class TlsRelay {
	readonly port: number;
	/** Number of connections of the device. */
	count = 0;
	/** Types of the records that the device has sent. */
	readonly sent: number[] = [];
	/** Changes the records of the server; an empty array drops one. */
	onRecord: (record: Buffer) => Buffer | Buffer[] = (record) => record;
	readonly #server: Server;
	readonly #sockets = new Set<Socket>();

	/** @param port port of the server on this machine */
	static async listen(port: number): Promise<TlsRelay> {
		const server = createServer({ allowHalfOpen: true });
		server.listen(0, peerAddress);
		await once(server, "listening");
		return new TlsRelay(server, port);
	}

	private constructor(server: Server, port: number) {
		this.#server = server;
		this.port = (server.address() as AddressInfo).port;
		server.on("connection", (device) => {
			this.count++;
			const peer = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
			for (const socket of [device, peer]) {
				this.#sockets.add(socket);
				socket.setNoDelay(true);
				socket.on("error", () => {});
				socket.on("close", () => this.#sockets.delete(socket));
			}
			const count = splitter((record) => this.sent.push(record[0] as number));
			const pass = splitter((record) => {
				for (const changed of [this.onRecord(record)].flat()) device.write(changed);
			});
			device.on("data", (bytes) => {
				count(bytes);
				peer.write(bytes);
			});
			peer.on("data", pass);
			device.on("end", () => peer.end());
			peer.on("end", () => device.end());
			device.on("close", () => peer.destroy());
			peer.on("close", () => device.destroy());
		});
	}

	/** Number of records with data that the device has sent. */
	get dataRecords(): number {
		return this.sent.filter((type) => type === recordTypes.data).length;
	}

	async close(): Promise<void> {
		for (const socket of this.#sockets) socket.destroy();
		this.#server.close();
		await once(this.#server, "close");
	}
}
