/* SPDX-License-Identifier: Apache-2.0 */
/* Base64 with padding (RFC 4648, section 4), as JSON carries bytes that are no text. */
#ifndef STILE_BASE_BASE64_H
#define STILE_BASE_BASE64_H

#include "stile/buf.h"

void stile_base64_encode(stile_slice bytes, stile_buf *out);
/* Strict: STILE_INVALID for any other byte, for a wrong length, padding that is not at the end, or
 * bits that are lost. Appends to `out`, within its cap. */
stile_status stile_base64_decode(stile_slice text, stile_buf *out,
                                 stile_error *err) STILE_MUST_CHECK;

#endif
