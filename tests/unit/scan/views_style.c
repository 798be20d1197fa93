/* SPDX-License-Identifier: Apache-2.0 */
/* Which inline styles hide text, and which only look as if they did. */
#include <criterion/criterion.h>
#include <string.h>

#include "scan/view_style.h"

static const char *const hiding[] = {
    "display:none",
    "DISPLAY : None",
    "margin:0;display:none !important;color:red",
    "visibility: hidden",
    "font-size:0",
    "font-size: 0px",
    "font-size:1px",
    "font-size:.5pt",
    "opacity:0",
    "opacity: 0.01",
    "color:#fff",
    "color: white",
    "color:transparent",
    "color:rgb(255, 255, 255)",
    "color:#123456;background-color:#123456",
    "background:white;color:#FFF",
    "position:absolute;left:-9999px",
    "text-indent:-10000px",
    "clip:rect(0 0 0 0)",
    "clip-path: inset(100%)",
    "max-height:0;overflow:hidden",
    "mso-hide:all",
};

static const char *const showing[] = {
    "",
    ";;:",
    "display:block",
    "font-size:0.9em",
    "font-size:1em",
    "font-size:1.2px5",
    "opacity:0.8",
    "background-color:#fff",
    "background-color:white;color:#333",
    "border-color:#fff",
    "color:#fff8dc",
    "color:#fff;background:#005a9c",
    "left:-9px",
    "margin-left:-12px",
    "height:0.5em",
    "width:100%",
    "color:inherit",
    "xdisplay:none",
    "display",
};

Test(views_style, styles_that_hide_are_known)
{
    for (size_t i = 0; i < sizeof hiding / sizeof *hiding; i++)
        cr_assert(stile_style_hides(stile_str(hiding[i])), "%s", hiding[i]);
}

Test(views_style, styles_that_show_are_left_alone)
{
    for (size_t i = 0; i < sizeof showing / sizeof *showing; i++)
        cr_assert_not(stile_style_hides(stile_str(showing[i])), "%s", showing[i]);
}

Test(views_style, a_long_style_hides_as_a_short_one_does)
{
    char style[4096];

    memset(style, 'x', sizeof style);
    memcpy(style + 2000, ";display:", 9);
    memset(style + 2009, ' ', 1000);
    memcpy(style + 3009, "none;", 5);
    cr_assert(stile_style_hides(stile_slice_of(style, sizeof style)));
    cr_assert_not(stile_style_hides(stile_slice_of(style, 2000)));
}
