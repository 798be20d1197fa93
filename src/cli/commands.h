/* SPDX-License-Identifier: Apache-2.0 */
/* Every command of the program, one file each; cli.c lists them. */
#ifndef STILE_CLI_COMMANDS_H
#define STILE_CLI_COMMANDS_H

#include "cli/options.h"

extern const stile_command stile_command_init;
extern const stile_command stile_command_serve;
extern const stile_command stile_command_ingest;
extern const stile_command stile_command_query;
extern const stile_command stile_command_document;
extern const stile_command stile_command_collection;
extern const stile_command stile_command_label;
extern const stile_command stile_command_scan;
extern const stile_command stile_command_rules;
extern const stile_command stile_command_quarantine;
extern const stile_command stile_command_classifier;
extern const stile_command stile_command_key;
extern const stile_command stile_command_eval;
extern const stile_command stile_command_audit;
extern const stile_command stile_command_doctor;

/* The whole program. */
int stile_main(int argc, char **argv);

#endif
