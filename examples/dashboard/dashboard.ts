/**
 * A Server with a page that shows the device's temperature, its light, and a send queue with its counters. All browsers
 * stay in step: the light of a page changes when the device says so, whichever page has switched it.
 *
 * Messages are objects in JSON. A browser sends `{"light":true}` or `{"light":false}`; anything else is ignored. The
 * device sends `name`, `light`, `report` and `history` when a browser connects, `light` when it changes, and with every
 * reading `report`, `temperature`, `about`, `queue` and `counters`.
 */

import Resource from "Resource";
import { type Counters, Server, type ServerOptions, type Socket } from "xs-web-socket";

/** A Client or a Socket: what has a send queue. */
export interface Sender {
	readonly bufferedAmount: number;
	readonly counters: Counters;
}

/** Counters that the page shows, in this order. */
const shown = ["accepted", "sent", "waiting", "lost", "replaced", "discarded"] as const;
/** Number of readings that a browser gets when it connects. */
const historyLength = 60;
/** Bytes of each send queue: the default of `sendQueueSize`. */
const queueSize = 4096;

export class Dashboard {
	readonly server: Server;
	private readonly name: string;
	private readonly onLight: (on: boolean) => void;
	private history: number[] = [];
	private report = 0;
	private on = false;

	/**
	 * @param name heading of the page
	 * @param options options of the Server
	 * @param onLight called after the light was switched
	 */
	constructor(name: string, options: ServerOptions, onLight: (on: boolean) => void) {
		this.name = name;
		this.onLight = onLight;
		this.server = new Server({
			pages: { "/": new Resource("page.html") },
			// Pages of other sites must not switch the light.
			allowedOrigins: "same",
			...options,
		});
		this.server.on("connection", (socket) => this.welcome(socket));
	}

	/** True if the light is on. */
	get light(): boolean {
		return this.on;
	}

	/** Switches the light, on all pages, too. */
	switchLight(on: boolean): void {
		if (on === this.on) return;
		this.on = on;
		this.onLight(on);
		this.server.broadcast({ light: on });
	}

	/**
	 * Shows a reading. Call it every few seconds: a page that receives nothing for 8 seconds connects again.
	 * @param temperature in degrees Celsius
	 * @param sender whose queue and counters are shown; default: those of all browsers together
	 * @param about what the page says of them
	 */
	show(temperature: number, sender?: Sender, about?: string): void {
		this.report++;
		this.history = [...this.history.slice(1 - historyLength), temperature];
		const senders = sender ? [sender] : this.server.sockets;
		const counters: Record<string, number> = {};
		for (const name of shown) counters[name] = senders.reduce((sum, one) => sum + one.counters[name], 0);
		const reading = {
			report: this.report,
			temperature,
			about: about ?? `to ${senders.length} ${senders.length === 1 ? "browser" : "browsers"}`,
			queue: {
				bytes: senders.reduce((sum, { bufferedAmount }) => sum + bufferedAmount, 0),
				size: queueSize * senders.length,
				waiting: counters["waiting"],
			},
			counters,
		};
		// A slow browser gets the latest reading, not all that it has missed.
		this.server.broadcast(reading, { key: "reading" });
	}

	private welcome(socket: Socket): void {
		const { name, light, report, history } = this;
		socket.send({ name, light, report, history });
		socket.on("message", (message) => {
			if (typeof message !== "object" || message === null || !("light" in message)) return;
			if (typeof message.light === "boolean") this.switchLight(message.light);
		});
	}
}
