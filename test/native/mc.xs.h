/* Identifiers of the properties that the native modules use. */
enum { xsID_buffer = 1, xsID_decoded, xsID_encoded, xsID_encodedBytes, xsID_encodedCount };
