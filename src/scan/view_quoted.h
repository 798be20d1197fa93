/* SPDX-License-Identifier: Apache-2.0 */
/* Quoted-printable, as mails write what is not ASCII and lines that are long. */
#ifndef STILE_SCAN_VIEW_QUOTED_H
#define STILE_SCAN_VIEW_QUOTED_H

#include "scan/view_build.h"

/* The whole text with its escapes and soft breaks undone; of no text when it has too few. A normalized view,
 * since it is how honest mails read; a decoded one when letters were escaped that need not be (*disguised). */
stile_status stile_view_quoted(const stile_scan_view *raw, stile_arena *arena, bool *disguised,
                               stile_scan_view *out, stile_error *err) STILE_MUST_CHECK;

#endif
