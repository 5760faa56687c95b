/** What `npm start` shows: who says what, and when. Colours only where there is a terminal. */

import picocolors from "picocolors";

/** Colours are for terminals: a continuous integration that could show some gets the plain text, too. */
const pc = picocolors.createColors(process.stdout.isTTY === true && !process.env["NO_COLOR"]);

/** Who speaks, with a colour of their own. */
const colours = { device: pc.cyan, peer: pc.magenta, visitor: pc.yellow };

export type Speaker = keyof typeof colours;

const outcomes = / (sent|queued|discarded)(?=,|$).*$/;
/** Characters of a line that are shown: visitors may send long messages. */
const longestText = 200;

export class Screen {
	readonly #start = performance.now();

	/** Seconds since the start, with one decimal. */
	get seconds(): string {
		return ((performance.now() - this.#start) / 1000).toFixed(1);
	}

	/** A line as it is. */
	line(text = ""): void {
		console.log(text);
	}

	/** Tells how to talk to the device. */
	invite(port: number): void {
		const address = `ws://localhost:${port}`;
		this.line(`
  The device's server listens on ${pc.bold(address)}. Talk to it from another terminal:
    ${pc.bold(`npx wscat -c ${address}`)}
  and type, for example, ${pc.bold('{"light":true}')}. Ctrl-C here ends everything.
`);
	}

	/** A line of one who speaks: the first word tells which part of it, the second what happens. */
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
