/* SPDX-License-Identifier: Apache-2.0 */
/* `stile rules` over the packs of a data directory or server: its subcommands, which rules.c
 * lists beside its own. */
#ifndef STILE_CLI_PACKS_H
#define STILE_CLI_PACKS_H

#include "cli/options.h"
#include "cli/session.h"

/* Sessions, and the options of a step. */
#define STILE_PACK_OPTIONS                                                                         \
    STILE_SESSION_OPTIONS,                                                                         \
        {"clearance", 0, "CLEARANCE", "who asks: the figures that it dominates are seen", false},  \
        {"if-match", 0, "ETAG", "only if the version is still this (\"VERSION.REVISION\")",        \
         false},                                                                                   \
    {                                                                                              \
        "json", 0, NULL, "print JSON", false                                                       \
    }

int stile_packs_run_upload(const stile_arguments *arguments);
int stile_packs_run_list(const stile_arguments *arguments);
int stile_packs_run_show(const stile_arguments *arguments);
int stile_packs_run_diff(const stile_arguments *arguments);
int stile_packs_run_test(const stile_arguments *arguments);
int stile_packs_run_shadow(const stile_arguments *arguments);
int stile_packs_run_approve(const stile_arguments *arguments);
int stile_packs_run_promote(const stile_arguments *arguments);
int stile_packs_run_rollback(const stile_arguments *arguments);
int stile_packs_run_rescan(const stile_arguments *arguments); /* rescan.c */
int stile_packs_run_status(const stile_arguments *arguments);

#endif
