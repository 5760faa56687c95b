import "../../../sim/node/globals.js";
import test from "ava";
import { measureText, measureValue } from "../../../modules/json/jsonlimits.js";
import { makeTextVectors, makeValueVectors } from "../../support/jsonvectors.js";

test("measureText() measures nesting, values and names", (t) => {
	for (const { text, maxDepth, maxValues, maxNameMemory, result } of makeTextVectors()) {
		const limits = `${maxDepth} levels, ${maxValues} values, ${maxNameMemory} bytes for names`;
		const shown = text.length > 60 ? `${text.slice(0, 60)}...` : text;
		t.is(measureText(text, maxDepth, maxValues, maxNameMemory), result, `${shown}: ${limits}`);
	}
});

test("measureValue() measures nesting, cycles and empty arrays", (t) => {
	for (const { name, make, maxDepth, result } of makeValueVectors())
		t.is(measureValue(make(), maxDepth), result, `${name}, ${maxDepth} levels`);
});
