/**
 * The `paths` of tsconfig.json that are files of this project, in the form that dependency-cruiser reads. It takes
 * aliases from a webpack configuration only; webpack itself is not used.
 */

import { join } from "node:path";

// The root is the working directory, as for the paths in the rules.
const root = process.cwd();

export default {
	resolve: {
		alias: {
			"xs-web-socket$": join(root, "modules/websocket/websocket.ts"),
			"xs-web-socket/chunks$": join(root, "modules/chunks/chunks.ts"),
			"xs-web-socket": root,
		},
		extensions: [".ts", ".js"],
		extensionAlias: { ".js": [".ts", ".js"] },
		conditionNames: ["import", "node"],
	},
};
