/** Console output of `npm start`: time, speaker and event. Uses colours only on a terminal. */

import picocolors from "picocolors";

/** Disables colours without a terminal, even in continuous integration that supports them. */
const pc = picocolors.createColors(process.stdout.isTTY === true && !process.env["NO_COLOR"]);

/** Colour of each speaker. */
const colours = { device: pc.cyan, peer: pc.magenta, visitor: pc.yellow };

export type Speaker = keyof typeof colours;

const outcomes = / (sent|queued|discarded)(?=,|$).*$/;
/** Maximum number of characters shown of a message: visitors may send long ones. */
const longestText = 200;

export class Screen {
	readonly #start = performance.now();

	/** Seconds since the start, with one decimal. */
	get seconds(): string {
		return ((performance.now() - this.#start) / 1000).toFixed(1);
	}

	/** Prints a line. */
	line(text = ""): void {
		console.log(text);
	}

	/** Prints how to visit the device. */
	invite(port: number): void {
		const address = `localhost:${port}`;
		this.line(`
  Open the device's page in a browser, or in several: ${pc.bold(`http://${address}/`)}
  Talk to it from another terminal: ${pc.bold(`npx wscat -c ws://${address}`)}
  and type, for example, ${pc.bold('{"light":true}')}. Ctrl-C here ends everything.
`);
	}

	/** Prints an event of a speaker. The first word names the part, the second is the verb. */
	say(speaker: Speaker, text: string): void {
		const [part = "", verb = "", ...rest] = text.split(" ");
		const paint = colours[speaker];
		const whole = rest.join(" ").replace(/\p{Cc}/gu, "\uFFFD");
		const shown = whole.length > longestText ? `${whole.slice(0, longestText)}...` : whole;
		const what = shown.replace(outcomes, (outcome) => pc.dim(outcome));
		const start = `${this.seconds.padStart(6)}  ${speaker.padEnd(7)} ${part.padEnd(6)} ${verb.padEnd(9)}`;
		console.log(pc.dim(start.slice(0, 8)) + paint(start.slice(8)) + what);
	}
}
