/** Decodes the chunks in its configuration with the configured decoder options. */

import config from "mc/config";
import TextDecoder from "text/decoder";

interface Vector {
	chunks: number[][];
	options: { fatal?: boolean; ignoreBOM?: boolean };
}

const codes = (text: string) =>
	Array.from({ length: text.length }, (_, i) => text.charCodeAt(i).toString(16)).join(" ");

for (const { chunks, options } of (config as { vectors: Vector[] }).vectors) {
	const decoder = new TextDecoder("utf-8", options);
	let text = "";
	try {
		for (const [i, chunk] of chunks.entries())
			text += decoder.decode(Uint8Array.from(chunk), { stream: i < chunks.length - 1 });
		trace(`text ${codes(text)}\n`);
	} catch (error) {
		trace(`${(error as Error).name}\n`);
	}
}
trace("done\n");
