/** A page that a device serves, in jsdom. */

import { JSDOM } from "jsdom";
import { Watch } from "../support/watch.js";

export class Page {
	readonly #window: JSDOM["window"];
	readonly #watch = new Watch();

	/** Loads the page from the device, and runs it. */
	static async open(url: string): Promise<Page> {
		return new Page(await JSDOM.fromURL(url, { runScripts: "dangerously" }));
	}

	private constructor({ window }: JSDOM) {
		this.#window = window;
		const observer = new window.MutationObserver(() => this.#watch.changed());
		observer.observe(window.document.body, { subtree: true, childList: true, attributes: true });
	}

	click(id: string): void {
		this.#window.document.getElementById(id)?.click();
	}

	/** Waits until an element has a text, or one that matches. */
	async shows(id: string, text: string | RegExp): Promise<void> {
		const current = () => this.#window.document.getElementById(id)?.textContent ?? "";
		await this.#watch.until(
			() => (typeof text === "string" ? current() === text : text.test(current())) || undefined,
			() => `the page's ${id} is "${current()}" instead of ${text}`,
		);
	}

	close(): void {
		this.#window.close();
	}
}
