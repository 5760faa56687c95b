import test from "ava";
import { isPermanent } from "../../../modules/websocket/permanent.js";

test("4xx is permanent except 408, 425 and 429; so are 301 and 308, and no other status", (t) => {
	for (let status = 200; status < 600; status++) {
		const isClientError = status >= 400 && status < 500 && ![408, 425, 429].includes(status);
		t.is(isPermanent({ status }), isClientError || status === 301 || status === 308, String(status));
	}
});

test("the close codes 1002, 1003, 1007, 1008 and 1010 are permanent, and no other", (t) => {
	for (let code = 1000; code < 5000; code++)
		t.is(isPermanent({ code }), [1002, 1003, 1007, 1008, 1010].includes(code), String(code));
});

test("what the channel knows to be permanent is, and a failure without status is not", (t) => {
	t.true(isPermanent({ permanent: true }));
	t.true(isPermanent({ status: 503, permanent: true }));
	t.false(isPermanent({}));
	t.false(isPermanent({ permanent: false }));
});
