/* SPDX-License-Identifier: Apache-2.0 */
/* The program: every command, in the order that help shows them. */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"

int stile_main(int argc, char **argv)
{
    const stile_command commands[] = {
        stile_command_init,       stile_command_ingest,
        stile_command_query,      stile_command_document,
        stile_command_label,      stile_command_collection,
        stile_command_key,        stile_command_serve,
        stile_command_scan,       stile_command_rules,
        stile_command_quarantine, stile_command_eval,
        stile_command_classifier, stile_command_audit,
        stile_command_doctor,     {0},
    };
    const stile_command root = {
        .name = "stile",
        .summary = "a retrieval plane for AI agents",
        .usage = "stile COMMAND ...",
        .details = "Stores documents under labels, searches only what the caller is cleared for,\n"
                   "scans what it found for injected instructions, and answers with citations.\n"
                   "\n"
                   "A first session:\n"
                   "  stile init --data d\n"
                   "  stile ingest --data d --collection wiki --label internal ./docs\n"
                   "  stile query --data d --clearance internal \"how do we rotate keys\"\n",
        .subcommands = commands,
    };

    if (argc == 2 && (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "version") == 0)) {
        printf("stile %s\n", STILE_VERSION);
        return 0;
    }
    return stile_commands_run(&root, argc, argv);
}
