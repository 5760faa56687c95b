/* The names that XS gives to the C library. */
#ifndef XSPLATFORM_H
#define XSPLATFORM_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define C_NULL NULL
/* A part of the texts is in flash as that of ESP8266: only these names of XS can read its bytes. */
enum { flashSize = 0x10000 };
extern uint8_t* flash;
extern uint8_t flashBytes[flashSize];

static inline int isFlash(const void* bytes)
{
	return (uintptr_t)bytes - (uintptr_t)flash < flashSize;
}

static inline const void* readable(const void* bytes)
{
	return isFlash(bytes) ? flashBytes + ((const uint8_t*)bytes - flash) : bytes;
}

static inline const char* findCharacter(const char* text, int character)
{
	const char* start = readable(text);
	const char* found = strchr(start, character);
	return found ? text + (found - start) : NULL;
}

#define c_memcmp memcmp
#define c_memcpy(target, source, count) memcpy((target), readable(source), (count))
#define c_memset memset
#define c_rand rand
#define c_read8(pointer) (*(const uint8_t*)readable(pointer))
#define c_strchr findCharacter
#define c_strlen(text) strlen(readable(text))

#endif
