/*
 * The checksum of a page: in JavaScript a page of 60 KB would keep a device from everything else for a second.
 * ../checksum.ts documents the function and has the same in TypeScript. A page is read where it is, in flash or memory.
 */
#include "xsmc.h"
#include "mc.xs.h"
#include "xsPlatform.h"

void xs_checksum_checksum(xsMachine* the)
{
	void* data;
	xsUnsignedValue count;
	uint32_t sum = 0x811c9dc5u;
	xsmcGetBufferReadable(xsArg(0), &data, &count);
	const uint8_t* bytes = data;
	for (uint32_t index = 0; index < count; index++)
		/* ESP8266 reads flash in words only. */
		sum = (sum ^ c_read8(bytes + index)) * 0x01000193u;
	xsmcSetInteger(xsResult, (xsIntegerValue)sum);
}
