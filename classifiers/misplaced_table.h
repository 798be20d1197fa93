/* SPDX-License-Identifier: Apache-2.0 */
/* What tools/classifier/misplaced_fit.py wrote: classes of words, names of features, trees. */
#ifndef STILE_CLASSIFIERS_MISPLACED_TABLE_H
#define STILE_CLASSIFIERS_MISPLACED_TABLE_H

#include <stddef.h>
#include <stdint.h>

/* Classes of words, as bits; verbs in their seven kinds are the last. */
enum {
    STILE_MISPLACED_STOP,
    STILE_MISPLACED_YOU,
    STILE_MISPLACED_ME,
    STILE_MISPLACED_LEAD,
    STILE_MISPLACED_AUX,
    STILE_MISPLACED_PREP,
    STILE_MISPLACED_ANSWER,
    STILE_MISPLACED_GENRE,
    STILE_MISPLACED_TEXT,
    STILE_MISPLACED_MANUAL,
    STILE_MISPLACED_PRONOUN,
    STILE_MISPLACED_MAIL,
    STILE_MISPLACED_ANAPHOR,
    STILE_MISPLACED_ARTICLE,
    STILE_MISPLACED_THE,
    STILE_MISPLACED_FEW,
    STILE_MISPLACED_WHAT,
    STILE_MISPLACED_WHO,
    STILE_MISPLACED_WHEN,
    STILE_MISPLACED_HOW,
    STILE_MISPLACED_WHY,
    STILE_MISPLACED_WHICH,
    STILE_MISPLACED_SHORTENED,
    STILE_MISPLACED_OBJECT,
    STILE_MISPLACED_I_MY,
    STILE_MISPLACED_YOUR,
    STILE_MISPLACED_YOU_ALONE,
    STILE_MISPLACED_PLEASE,
    STILE_MISPLACED_THIS,
    STILE_MISPLACED_PAST,
    STILE_MISPLACED_VERB = 32,
    STILE_MISPLACED_VERBS = 7
};

/* X(name) for each feature, in the order of the trees' numbers. */
/* clang-format off */
#define STILE_MISPLACED_EACH(X) \
    X(what) X(who) X(when) X(how) X(why) X(which) X(aux) X(q_other) X(self) X(imp) X(v_write) \
    X(v_tell) X(v_list) X(v_answer) X(v_transform) X(v_steer) X(v_act) X(lead) X(please) X(me) \
    X(i_my) X(your) X(you) X(o_ans) X(o_gen) X(o_text) X(o_doc) X(next_a) X(next_the) \
    X(next_num) X(next_prep) X(it_begin) X(dem) X(len) X(cap) X(end_period) X(end_q) X(end_none) \
    X(end_colon) X(sym) X(url) X(quote) X(digit) X(first) X(last) X(linebeg) X(lineend) \
    X(blank_before) X(blank_after) X(n_q) X(n_i) X(rest_you) X(rest_me) X(rest_past) X(proper) \
    X(rest_sym) X(n) X(rest) X(content) X(seen) X(unseen) X(seen_pct) X(near) X(next_ana) \
    X(prev_colon) X(prev_open) X(bullet) X(indent) X(prev_sym) X(next_sym) X(english) X(mail) \
    X(speakers) X(bullets) X(names_unseen) X(mean_len) X(prev_len) X(next_len)
/* clang-format on */

enum {
#define STILE_MISPLACED_NUMBER(name) STILE_MISPLACED_F_##name,
    STILE_MISPLACED_EACH(STILE_MISPLACED_NUMBER)
#undef STILE_MISPLACED_NUMBER
        STILE_MISPLACED_FEATURES
};

typedef struct stile_misplaced_class {
    uint32_t hash; /* of the word in lower case, as words.c has it; 0: an empty slot */
    uint64_t classes;
} stile_misplaced_class;

/* Node i goes on to 2 i + 2 when its feature is above its limit, else to 2 i + 1; behind the seventh are
 * the leaves, in 1024ths of a logit. */
typedef struct stile_misplaced_tree {
    uint8_t feature[7], limit[7];
    int16_t leaf[8];
} stile_misplaced_tree;

#define STILE_MISPLACED_SLOTS 1024 /* a word lies at its hash modulo this, or behind */
extern const stile_misplaced_class stile_misplaced_classes[STILE_MISPLACED_SLOTS];
extern const uint32_t stile_misplaced_pairs[][2]; /* hashes of two words that begin a request */
extern const size_t stile_misplaced_pair_count;
extern const stile_misplaced_tree stile_misplaced_trees[];
extern const size_t stile_misplaced_tree_count;
extern const int32_t stile_misplaced_base, stile_misplaced_low, stile_misplaced_strict;
extern const char stile_misplaced_digest[]; /* of all of it, as text */

#endif
