/* SPDX-License-Identifier: Apache-2.0 */
/* What tells whether a sentence that asks belongs where it stands. As tools/classifier/misplaced.py has
 * it: the two must agree in every byte. */
#include "classifiers/misplaced_block.h"

#include <string.h>

#define LEAST_REST 25    /* words around a sentence, with which it can be compared */
#define MOST_SENTENCE 60 /* words; a longer one is no sentence */
#define ENGLISH 20       /* one of so many words of the rest is an English function word at least */
#define LONG_SENTENCE 6
#define STEM_BYTES 5
#define TOPIC_BYTES 4 /* a shorter word says little about what a text is about */

#define SYMBOLS "{}[]<>|=_\\/$#@*`;()+~^&%"

/* What stands on all sentences of a block, and on one of them. */
typedef struct rest {
    const stile_misplaced_block *block;
    const stile_misplaced_sentence *sentence;
    size_t which, words; /* `words`: of the others */
    uint8_t *out;
} rest;

static void put(rest *r, int feature, size_t value)
{
    r->out[feature] = (uint8_t)(value < UINT8_MAX ? value : UINT8_MAX);
}

static size_t count_marks(stile_slice text, size_t from, size_t to, const char *marks)
{
    size_t count = 0;

    if (to - from == 1 && text.ptr[from] == ' ')
        return 0; /* as most gaps are */
    for (size_t i = from; i < to; i++)
        count += text.ptr[i] && strchr(marks, text.ptr[i]);
    return count;
}

static size_t count_class(const stile_misplaced_block *b, size_t from, size_t to, int class)
{
    size_t count = 0;
    for (size_t i = from; i < to; i++)
        count += stile_misplaced_is(&b->words[i], class);
    return count;
}

static bool is_past(stile_slice text, const stile_misplaced_word *w)
{
    return stile_misplaced_is(w, STILE_MISPLACED_PAST) ||
           (w->end - w->start > 4 && (text.ptr[w->end - 2] | 32) == 'e' &&
            (text.ptr[w->end - 1] | 32) == 'd');
}

static bool is_speaker(stile_slice text, const stile_misplaced_word *w)
{
    return w->end < text.len && text.ptr[w->end] == ':';
}

static void count_sentence(const stile_misplaced_block *b, stile_misplaced_sentence *s)
{
    const stile_misplaced_word *first = &b->words[s->first];
    size_t words = (size_t)s->end - s->first, symbols;

    s->you = (uint16_t)count_class(b, s->first, s->end, STILE_MISPLACED_YOU);
    s->me = (uint16_t)count_class(b, s->first, s->end, STILE_MISPLACED_ME);
    s->stop = (uint16_t)count_class(b, s->first, s->end, STILE_MISPLACED_STOP);
    s->mail = (uint16_t)count_class(b, s->first, s->end, STILE_MISPLACED_MAIL);
    for (size_t i = s->first; i < s->end; i++)
        s->past = (uint16_t)(s->past + is_past(b->text, &b->words[i]));
    symbols = count_marks(b->text, b->words[s->end - 1].end, s->gap, SYMBOLS);
    for (size_t i = s->first; i + 1 < s->end; i++)
        symbols += count_marks(b->text, b->words[i].end, b->words[i + 1].start, SYMBOLS);
    s->symbols = (uint16_t)(symbols < UINT16_MAX ? symbols : UINT16_MAX);
    s->proper = first->capital && words >= LONG_SENTENCE && s->stops;
    s->speaker = is_speaker(b->text, first) || (words > 1 && is_speaker(b->text, first + 1));
    s->bullet =
        stile_misplaced_has(b->text, s->before, s->start, "-*#") || (first->number && words > 1);
}

static uint32_t stem_of(stile_slice text, const stile_misplaced_word *word)
{
    uint32_t h = 0x811C9DC5u;

    for (size_t i = word->start; i < word->end && i < (size_t)word->start + STEM_BYTES; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        h = (h ^ (c >= 'A' && c <= 'Z' ? (unsigned char)(c | 32) : c)) * 0x01000193u;
    }
    return stile_word_mix(h);
}

void stile_misplaced_count(stile_misplaced_block *block)
{
    for (size_t i = 0; i < block->sentence_count; i++)
        count_sentence(block, &block->sentences[i]);
    for (size_t i = 0; i < block->word_count; i++) {
        stile_misplaced_word *w = &block->words[i];
        if (w->end - w->start >= TOPIC_BYTES && !w->number &&
            !stile_misplaced_is(w, STILE_MISPLACED_STOP))
            w->stem = stem_of(block->text, w);
    }
}

/* How the sentence asks, and what its words are. */
static void put_words(rest *r)
{
    const stile_misplaced_block *b = r->block;
    const stile_misplaced_sentence *s = r->sentence;
    const stile_misplaced_word *head = &b->words[s->head];
    size_t from = s->first, end = s->end, after = (size_t)s->head + 1;
    size_t numbers = 0;

    put(r, s->kind, 1);
    for (int v = 0; s->kind == STILE_MISPLACED_F_imp && v < STILE_MISPLACED_VERBS; v++)
        put(r, STILE_MISPLACED_F_v_write + v, stile_misplaced_is(head, STILE_MISPLACED_VERB + v));
    for (size_t i = from; i < end; i++)
        numbers += b->words[i].number;
    put(r, STILE_MISPLACED_F_lead, s->head > s->first);
    put(r, STILE_MISPLACED_F_please,
        count_class(b, from, from + 3 < end ? from + 3 : end, STILE_MISPLACED_PLEASE) > 0);
    put(r, STILE_MISPLACED_F_me,
        count_class(b, after, after + 2 < end ? after + 2 : end, STILE_MISPLACED_OBJECT) > 0);
    put(r, STILE_MISPLACED_F_i_my, count_class(b, from, end, STILE_MISPLACED_I_MY) > 0);
    put(r, STILE_MISPLACED_F_your, count_class(b, from, end, STILE_MISPLACED_YOUR) > 0);
    put(r, STILE_MISPLACED_F_you, count_class(b, from, end, STILE_MISPLACED_YOU_ALONE) > 0);
    put(r, STILE_MISPLACED_F_o_ans, count_class(b, after, end, STILE_MISPLACED_ANSWER));
    put(r, STILE_MISPLACED_F_o_gen, count_class(b, after, end, STILE_MISPLACED_GENRE));
    put(r, STILE_MISPLACED_F_o_text, count_class(b, after, end, STILE_MISPLACED_TEXT));
    put(r, STILE_MISPLACED_F_o_doc, count_class(b, after, end, STILE_MISPLACED_MANUAL));
    put(r, STILE_MISPLACED_F_next_a, stile_misplaced_is(head + 1, STILE_MISPLACED_ARTICLE));
    put(r, STILE_MISPLACED_F_next_the, stile_misplaced_is(head + 1, STILE_MISPLACED_THE));
    put(r, STILE_MISPLACED_F_next_num,
        head[1].number || stile_misplaced_is(head + 1, STILE_MISPLACED_FEW));
    put(r, STILE_MISPLACED_F_next_prep, stile_misplaced_is(head + 1, STILE_MISPLACED_PREP));
    put(r, STILE_MISPLACED_F_it_begin,
        count_class(b, after, after + 3 < end ? after + 3 : end, STILE_MISPLACED_PRONOUN) > 0);
    put(r, STILE_MISPLACED_F_dem, count_class(b, from, end, STILE_MISPLACED_THIS) > 0);
    put(r, STILE_MISPLACED_F_digit, numbers > 0);
    put(r, STILE_MISPLACED_F_len, end - from);
}

static size_t indent_of(stile_slice text, size_t before, size_t start)
{
    size_t at = start;

    while (at > before && text.ptr[at - 1] != '\n')
        if (!stile_misplaced_is_space(text.ptr[--at]))
            return 0;
    return at > before ? start - at : 0;
}

static bool holds(stile_slice text, size_t from, size_t to, const char *what)
{
    size_t len = strlen(what);
    for (size_t i = from; i + len <= to; i++)
        if (memcmp(text.ptr + i, what, len) == 0)
            return true;
    return false;
}

/* How the sentence is set, and where it stands. */
static void put_setting(rest *r)
{
    const stile_misplaced_block *b = r->block;
    const stile_misplaced_sentence *s = r->sentence;
    stile_slice t = b->text;
    size_t tail = b->words[s->end - 1].end;
    bool last = r->which + 1 == b->sentence_count;

    put(r, STILE_MISPLACED_F_cap, b->words[s->first].capital);
    put(r, STILE_MISPLACED_F_end_period, stile_misplaced_has(t, tail, s->close, ".!"));
    put(r, STILE_MISPLACED_F_end_q, s->question);
    put(r, STILE_MISPLACED_F_end_colon, s->colon);
    put(r, STILE_MISPLACED_F_end_none, !s->stops && !s->colon);
    put(r, STILE_MISPLACED_F_sym, s->symbols);
    put(r, STILE_MISPLACED_F_url,
        stile_misplaced_has(t, s->start, s->close, "@") || holds(t, s->start, s->close, "://"));
    put(r, STILE_MISPLACED_F_quote,
        stile_misplaced_has(t, s->before, s->close, "\"") ||
            holds(t, s->before, s->start, "\xe2\x80\x9c"));
    put(r, STILE_MISPLACED_F_first, r->which == 0);
    put(r, STILE_MISPLACED_F_last, last);
    put(r, STILE_MISPLACED_F_linebeg,
        r->which == 0 || stile_misplaced_has(t, s->before, s->start, "\n"));
    put(r, STILE_MISPLACED_F_lineend, last || stile_misplaced_has(t, tail, s->gap, "\n"));
    put(r, STILE_MISPLACED_F_blank_before, count_marks(t, s->before, s->start, "\n") > 1);
    put(r, STILE_MISPLACED_F_blank_after, count_marks(t, tail, s->gap, "\n") > 1);
    put(r, STILE_MISPLACED_F_bullet, s->bullet);
    put(r, STILE_MISPLACED_F_indent, indent_of(t, s->before, s->start));
}

/* The register of the rest. False when there is too little of it, or it is not English. */
static bool put_register(rest *r)
{
    const stile_misplaced_block *b = r->block;
    const stile_misplaced_sentence *s = r->sentence;
    size_t n = b->sentence_count;
    size_t you = 0, me = 0, past = 0, stop = 0, mail = 0, proper = 0, symbols = 0, speakers = 0,
           bullets = 0;
    bool question = s->kind != STILE_MISPLACED_F_imp && s->kind != STILE_MISPLACED_F_self;

    for (size_t i = 0; i < n; i++) {
        const stile_misplaced_sentence *o = &b->sentences[i];
        if (i == r->which)
            continue;
        you += o->you;
        me += o->me;
        past += o->past;
        stop += o->stop;
        mail += o->mail;
        proper += o->proper;
        symbols += o->symbols;
        speakers += o->speaker;
        bullets += o->bullet;
    }
    if (n < 2 || stop * ENGLISH < r->words)
        return false;
    put(r, STILE_MISPLACED_F_n_q, b->questions - question);
    put(r, STILE_MISPLACED_F_n_i, b->imperatives - !question);
    put(r, STILE_MISPLACED_F_rest_you, 1000 * you / r->words);
    put(r, STILE_MISPLACED_F_rest_me, 1000 * me / r->words);
    put(r, STILE_MISPLACED_F_rest_past, 500 * past / r->words);
    put(r, STILE_MISPLACED_F_rest_sym, 100 * symbols / r->words);
    put(r, STILE_MISPLACED_F_english, 100 * stop / r->words);
    put(r, STILE_MISPLACED_F_proper, 100 * proper / (n - 1));
    put(r, STILE_MISPLACED_F_n, n);
    put(r, STILE_MISPLACED_F_rest, r->words / 2);
    put(r, STILE_MISPLACED_F_mean_len, r->words / (n - 1));
    put(r, STILE_MISPLACED_F_mail, mail);
    put(r, STILE_MISPLACED_F_speakers, speakers);
    put(r, STILE_MISPLACED_F_bullets, bullets);
    return true;
}

enum { ABSENT, FAR, NEAR };

/* Whether a stem is in another sentence of the block, and in one beside sentence `which`. */
static int where_is(const stile_misplaced_block *b, size_t which, uint32_t stem)
{
    int found = ABSENT;

    for (size_t i = 0; i < b->sentence_count && found < NEAR; i++) {
        const stile_misplaced_sentence *o = &b->sentences[i];
        for (size_t w = o->first; i != which && w < o->end; w++)
            if (b->words[w].stem == stem)
                found = i + 1 == which || i == which + 1 ? NEAR : found < FAR ? FAR : found;
    }
    return found;
}

/* What the sentence speaks of, and whether the rest does. */
static void put_topic(rest *r)
{
    const stile_misplaced_block *b = r->block;
    const stile_misplaced_sentence *s = r->sentence;
    size_t content = 0, seen = 0, near = 0, names = 0;

    for (size_t i = s->first; i < s->end; i++) {
        int where;
        if (!b->words[i].stem)
            continue;
        where = where_is(b, r->which, b->words[i].stem);
        content++;
        seen += where != ABSENT;
        near += where == NEAR;
        names += b->words[i].capital && i > s->first && where == ABSENT;
    }
    put(r, STILE_MISPLACED_F_content, content);
    put(r, STILE_MISPLACED_F_seen, seen);
    put(r, STILE_MISPLACED_F_unseen, content - seen);
    put(r, STILE_MISPLACED_F_seen_pct, content ? 100 * seen / content : 0);
    put(r, STILE_MISPLACED_F_near, near);
    put(r, STILE_MISPLACED_F_names_unseen, names);
}

static void put_neighbours(rest *r)
{
    const stile_misplaced_block *b = r->block;

    if (r->which + 1 < b->sentence_count) {
        const stile_misplaced_sentence *next = r->sentence + 1;
        size_t words = (size_t)next->end - next->first;
        put(r, STILE_MISPLACED_F_next_ana,
            count_class(b, next->first, (size_t)next->first + (words < 3 ? words : 3),
                        STILE_MISPLACED_ANAPHOR) > 0);
        put(r, STILE_MISPLACED_F_next_sym, next->symbols);
        put(r, STILE_MISPLACED_F_next_len, words);
    }
    if (r->which > 0) {
        const stile_misplaced_sentence *last = r->sentence - 1;
        put(r, STILE_MISPLACED_F_prev_colon, last->colon);
        put(r, STILE_MISPLACED_F_prev_open, !last->stops && !last->colon);
        put(r, STILE_MISPLACED_F_prev_sym, last->symbols);
        put(r, STILE_MISPLACED_F_prev_len, (size_t)last->end - last->first);
    }
}

bool stile_misplaced_features(const stile_misplaced_block *block, size_t which,
                              uint8_t out[STILE_MISPLACED_FEATURES])
{
    const stile_misplaced_sentence *s = &block->sentences[which];
    size_t words = (size_t)s->end - s->first;
    rest r = {block, s, which, block->word_count - words, out};

    memset(out, 0, STILE_MISPLACED_FEATURES);
    if (words > MOST_SENTENCE || r.words < LEAST_REST || !put_register(&r))
        return false;
    put_words(&r);
    put_setting(&r);
    put_topic(&r);
    put_neighbours(&r);
    return true;
}
