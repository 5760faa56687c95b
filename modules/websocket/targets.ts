import { pairsOf, type Target, targetOption } from "./handshakeoptions.js";
import { isObject, type RawOptions, stringsOption, wrongType, wrongValue } from "./options.js";
import { asksForTLS } from "./tlsoptions.js";

/** A valid value of an option that is a function, for checking the others. */
const placeholders: Readonly<Record<string, unknown>> = Object.freeze({
	url: "ws://localhost",
	path: null,
	headers: null,
	protocols: null,
});

/**
 * The server and the request of each attempt: the options `url`, `path`, `headers` and `protocols` may be functions, and
 * `host` a list.
 */
export class Targets {
	/** The first one, with placeholders for what functions return. */
	readonly first: Target;
	/** False when every attempt has the same. */
	readonly change: boolean;
	private readonly options: RawOptions;
	/** The options that are functions. */
	private readonly names: readonly string[];
	private readonly hosts: readonly string[] | undefined;
	/** Index of the next host. */
	private index: number;
	/** True once a URL was with TLS: no later one may be in the clear. */
	private secure: boolean;

	/** @throws TypeError or RangeError that names the option and its value. */
	constructor(raw: RawOptions) {
		const hosts = Array.isArray(raw["host"]) ? stringsOption(raw, "host") : undefined;
		if (hosts?.length === 0) throw wrongValue("host", hosts, "a host or a list of at least one");
		this.names = Object.keys(placeholders).filter((name) => typeof raw[name] === "function");
		this.change = hosts !== undefined || this.names.length > 0;
		this.hosts = hosts;
		this.index = 0;
		this.secure = false;
		this.options = this.change ? copyOf(raw) : raw;
		const options: Record<string, unknown> = this.change ? { ...this.options } : raw;
		this.names.forEach((name) => {
			options[name] = name === "url" && asksForTLS(raw) ? "wss://localhost" : placeholders[name];
		});
		hosts?.slice(1).forEach((host) => {
			targetOption({ ...options, host });
		});
		this.first = targetOption(hosts ? { ...options, host: hosts[0] } : options);
	}

	/** Returns those of the next attempt. @throws Whatever a function throws; TypeError or RangeError for what it returns. */
	next(): Target {
		const options: Record<string, unknown> = { ...this.options };
		const { hosts } = this;
		if (hosts) options["host"] = hosts[this.index++ % hosts.length];
		this.names.forEach((name) => {
			const value = (options[name] as () => unknown)();
			// Without a URL the request would go to the default host.
			if (name === "url" && (value ?? "") === "") throw wrongType("url()", value, "a string");
			options[name] = value;
		});
		const target = targetOption(options);
		if (target.secure) this.secure = true;
		else if (this.secure)
			throw wrongValue("url()", options["url"], 'one that starts with "wss://", as one before');
		return target;
	}
}

/** Returns a copy, because the app may change its own. It has what the options inherit, too: otherwise they are read with it. */
const copyOf = (raw: RawOptions): RawOptions => {
	const options: Record<string, unknown> = {};
	for (const name in raw) options[name] = raw[name];
	const { headers } = options;
	// An iterator has the fields only once.
	if (isObject(headers)) options["headers"] = pairsOf(headers);
	return options;
};
