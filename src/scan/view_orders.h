/* SPDX-License-Identifier: Apache-2.0 */
/* Orders to whoever reads, in what was decoded. An honest author may write a greeting in Morse or a riddle in
 * binary; what a reader is to say, send or ignore is not written so. */
#ifndef STILE_SCAN_VIEW_ORDERS_H
#define STILE_SCAN_VIEW_ORDERS_H

#include "scan/view_build.h"

/* The first sentence of `text` at or behind *start that gives the reader of a document an order, as somebody would
 * give one to an assistant; false: there is none. English only: other languages are left to the rules. */
bool stile_find_order(stile_slice text, size_t *start, size_t *end);

/* A channel for each order in the view, up to a few, of which so many letters and digits were written in other
 * bytes than themselves: an honest sentence between two escapes is none. 0: all that stands in it was. */
void stile_view_add_orders(const stile_scan_view *view, size_t written, stile_view_list *list);
#define STILE_LEAST_WRITTEN 8

/* The same for a normalized view: orders of which most letters were written as circled, mathematical, full-width or
 * other letters that look like them. */
void stile_view_add_styled_orders(const stile_scan_view *normalized, stile_view_list *list);

#endif
