/** Returns values that an app can throw, and that throw themselves when they are looked at. */
export function hostile(): unknown[] {
	const fail = () => {
		throw new Error("looked at");
	};
	const { proxy, revoke } = Proxy.revocable({}, {});
	revoke();
	return [
		proxy,
		new Proxy(new Error("an error"), { get: fail, getPrototypeOf: fail }),
		Object.defineProperties(new Error(), { stack: { get: fail }, message: { get: fail } }),
		Object.defineProperty(new Error("odd stack"), "stack", { value: Symbol("stack") }),
	];
}
