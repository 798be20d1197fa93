"""The reference of classifiers/misplaced.c: sentences, and the features of those that ask."""
MASK = 0xffffffff
def mix(h):
    h ^= h >> 16; h = h * 0x85EBCA6B & MASK; h ^= h >> 13; h = h * 0xC2B2AE35 & MASK
    return h ^ h >> 16
def hash_of(b):
    h = 0x811C9DC5
    for c in b: h = (h ^ c) * 0x01000193 & MASK
    return mix(h)
# --- classes of words: bits
CL = {}
def put(bit, words):
    for w in words.split(): CL[w] = CL.get(w, 0) | 1 << bit
STOP, YOU, ME, LEAD, AUX, PREP, ANS, GEN, TEXT, DOC, PRON, MAIL, ANA, ART, THE, FEWN, WHAT, WHO, WHEN, HOW, WHY, WHICH, ABBR, OBJ, IMY, YOUR, YOU1, PLEASE, DEM, PAST = range(30)
VERB0 = 32  # 32..38
put(STOP, "a an the of to in on at by for with from as is are was were be been being and or but if then than that this these those it its he she they them his her their our we us you your i me my not no do does did have has had will would can could should may might must shall what who whom whose which when where why how there here all any some each every more most other such only own same so too very just also about above below into over under again further once out off up down one two three please")
put(YOU, "you your yours yourself"); put(ME, "i me my we our us mine myself")
put(LEAD, "please now then also next finally instead and so but or kindly just ok okay well again first hey hi hello additionally furthermore moreover lastly afterwards")
put(AUX, "is are was were do does did can could would will should has have had may am shall")
put(PREP, "to for in on at of by with from about under during after before since until according")
put(ANS, "answer answers response responses reply replies output outputs summary sentence sentences word words letter letters")
put(GEN, "poem story song haiku limerick essay joke recipe list code function script program speech slogan description biography table quiz plan advice tips example examples facts reasons synonyms review paragraph email mail message tweet post headline caption report letter")
put(TEXT, "following above text article passage question questions document")
put(DOC, "option options file files command section value values parameter argument package directory variable line default set page chapter menu button dialog window key field click tab see server system user type")
put(PRON, "this these it they them he she we that"); put(MAIL, "hi dear hello regards thanks thank cheers sincerely subject ticket meeting")
put(ANA, "this it these they he she that such yes no because if"); put(ART, "a an"); put(THE, "the this these"); put(FEWN, "two three four five six seven eight nine ten")
put(OBJ, "me us"); put(IMY, "i my"); put(YOUR, "your"); put(YOU1, "you"); put(PLEASE, "please kindly"); put(DEM, "this these it they them"); put(PAST, "was were had did")
put(WHAT, "what"); put(WHO, "who whom whose"); put(WHEN, "when where"); put(HOW, "how"); put(WHY, "why"); put(WHICH, "which"); put(ABBR, "mr mrs dr st vs etc al fig jr ms prof no")
VERBS = ["write compose draft generate create design make produce prepare craft invent devise author build develop sketch draw sing brainstorm plan imagine pretend act",
 "tell explain describe define discuss elaborate summarize summarise teach show illustrate clarify introduce recount narrate interpret outline",
 "list name give provide state identify enumerate mention recite suggest recommend propose offer choose pick guess predict determine select rank",
 "answer reply respond say print output repeat spell display echo speak return type",
 "translate rewrite rephrase paraphrase convert correct classify categorize extract count calculate compute solve simplify shorten expand compare contrast analyze analyse evaluate proofread reverse sort capitalize edit reformat encode decode assess judge rate arrange rearrange reorder estimate",
 "include add insert use put end start begin replace change finish conclude incorporate embed append prepend avoid remove substitute swap misspell group double consider highlight emphasize promote advertise note refer keep ensure employ integrate inject encourage remind inform",
 "send forward email mail text call message delete transfer pay buy order book reserve cancel schedule reschedule invite share post upload download open visit go check turn unlock lock stop play grant reset update move rename copy search look get find read save report block follow like subscribe sign submit confirm approve log run execute install fetch retrieve ask help contact notify withdraw deposit purchase dispatch register unsubscribe enable disable switch close publish tweet dial import sync attach hand deliver ship donate wire archive"]
for i, v in enumerate(VERBS):
    for w in v.split():
        if not CL.get(w, 0) >> VERB0: put(VERB0 + i, w)
TWO = {"i": "want need would d", "you": "should must need", "let": "me us s", "can": "you", "could": "you", "would": "you", "will": "you", "make": "sure", "be": "sure", "don": "t", "do": "not", "remember": "to", "your": "task job answer response reply", "in": "your", "feel": "free"}
SELF = {(a, b) for a, v in TWO.items() for b in v.split()}
WHBITS = 1 << WHAT | 1 << WHO | 1 << WHEN | 1 << HOW | 1 << WHY | 1 << WHICH
BYHASH = {hash_of(w.encode()): (w, c) for w, c in CL.items()}
assert len(BYHASH) == len(CL)
SYM = set(b"{}[]<>|=_\\/$#@*`;()+~^&%")
CLOSE = set(b"\"')]*")
SPACE = set(b" \n\t\r")
MOST_WORDS = 512
MOST_ASKING = 8
def words(t):
    """As classifiers/words.c."""
    out = []; at = 0; n = len(t)
    while at < n:
        b = t[at]
        if b == 0xE2 and at + 1 < n and t[at + 1] in (0x80, 0x81): at += 3; continue
        if b == 0xC2: at += 2; continue
        if b == 0xE3 and at + 1 < n and t[at + 1] == 0x80: at += 3; continue
        if 0xE3 <= b <= 0xEE: out.append((at, min(n, at + 3))); at += 3; continue
        if b >= 0xF0: out.append((at, min(n, at + 4))); at += 4; continue
        al = lambda c: 48 <= c <= 57 or 65 <= c <= 90 or 97 <= c <= 122 or c >= 0x80
        if not al(b): at += 1; continue
        s = at
        while at < n and at - s < 32 and al(t[at]) and not (0xE3 <= t[at] <= 0xEE or t[at] >= 0xF0 or t[at] == 0xC2 or (t[at] == 0xE2 and at + 1 < n and t[at + 1] in (0x80, 0x81))): at += 1
        out.append((s, at))
    return [(a, min(b, n)) for a, b in out]
class W:
    __slots__ = "a b low h cl num cap caps stem".split()
def read(t):
    out = []
    for a, b in words(t):
        w = W(); w.a, w.b = a, b; raw = t[a:b]; w.low = bytes(c | 32 if 65 <= c <= 90 else c for c in raw)
        w.num = raw.isdigit(); w.cap = 65 <= raw[0] <= 90; w.caps = len(raw) > 1 and all(65 <= c <= 90 or 48 <= c <= 57 for c in raw)
        w.h = hash_of(b"0" if w.num else w.low); w.cl = BYHASH.get(w.h, ("", 0))[1] if not w.num else 0
        w.stem = hash_of(w.low[:5]) if len(raw) >= 4 and not w.num and not w.cl >> STOP & 1 else 0
        out.append(w)
    return out
def gap_ends(t, w, nx, line_start):
    """Whether a sentence ends in the gap between words w and nx."""
    g = t[w.b:nx.a]; n = len(g)
    for i, c in enumerate(g):
        if c in b".!?":
            j = i + 1
            while j < n and (g[j] in CLOSE or g[j] in b".!?" or g[j] >= 0x80): j += 1
            if j == n or g[j] not in SPACE: continue
            if c == 46 and (i == 0 and w.b - w.a == 1 and (65 <= t[w.a] <= 90 or w.a and t[w.a - 1] == 46) or w.cl >> ABBR & 1 and not g[j] == 10 or w.num and line_start and w.b - w.a < 3): continue
            return True
        if c == 9: return True
        if c == 10:
            k = i + 1
            while k < n and g[k] in b" \t\r": k += 1
            if k < n: return True  # a blank line, or a mark begins the next one
            f = t[nx.a]
            if not 97 <= f <= 122: return True
            if i and any(x in b"|>:;{}[]" for x in g[:i]): return True
        if c in b"\"'" and i + 1 < n and g[i + 1] in b",:}]": return True
    return False
class S: pass
NAMES = "what who when how why which aux q_other self imp v_write v_tell v_list v_answer v_transform v_steer v_act lead please me i_my your you o_ans o_gen o_text o_doc next_a next_the next_num next_prep it_begin dem len cap end_period end_q end_none end_colon sym url quote digit first last linebeg lineend blank_before blank_after n_q n_i rest_you rest_me rest_past proper rest_sym n rest content seen unseen seen_pct near next_ana prev_colon prev_open bullet indent prev_sym next_sym english mail speakers bullets names_unseen mean_len prev_len next_len".split()
IX = {n: i for i, n in enumerate(NAMES)}
PLAIN_GAP = set(b" \n\"'`")
def asks(t, ws, s):
    """(kind, head): kind is the feature's name, or None."""
    i = s.i
    while i < s.j and i < s.i + 3 and (ws[i].cl >> LEAD & 1 or ws[i].num and i == s.i): i += 1
    left = s.j - i
    if left < 2: return None, i
    if b"?" in s.tail and left >= 3:
        c = ws[i].cl
        if c >> PREP & 1: c = ws[i + 1].cl if ws[i + 1].cl & WHBITS else c
        for b, nm in ((WHAT, "what"), (WHO, "who"), (WHEN, "when"), (HOW, "how"), (WHY, "why"), (WHICH, "which"), (AUX, "aux")):
            if c >> b & 1: return nm, i
        return "q_other", i
    if (ws[i].low.decode("latin1"), ws[i + 1].low.decode("latin1")) in SELF: return "self", i
    if ws[i].cl >> VERB0 and not ws[i].caps and all(c in PLAIN_GAP for c in t[ws[i].b:ws[i + 1].a]): return "imp", i
    return None, i
def features(t):
    """[(start, end, [features])] of a text's sentences that ask."""
    ws = read(t); out = []
    for at in range(0, len(ws), MOST_WORDS): out += block(t, ws[at:at + MOST_WORDS])
    return out
def cap8(x): return max(0, min(255, int(x)))
def block(t, ws):
    if len(ws) < 28: return []
    ss = sentences_of(t, ws)
    n = len(ss)
    if n < 3: return []
    ks = [asks(t, ws, s) for s in ss]
    asking = [i for i, (k, _) in enumerate(ks) if k]
    if not asking or len(asking) > MOST_ASKING: return []
    def past(w): return w.cl >> PAST & 1 or len(w.low) > 4 and w.low.endswith(b"ed")
    for s in ss:
        r = ws[s.i:s.j]; s.n = len(r)
        s.you = sum(w.cl >> YOU & 1 for w in r); s.me = sum(w.cl >> ME & 1 for w in r); s.past = sum(map(past, r)); s.stop = sum(w.cl >> STOP & 1 for w in r); s.mail = sum(w.cl >> MAIL & 1 for w in r)
        s.proper = r[0].cap and s.n >= 6 and any(c in b".!?" for c in s.tail)
        s.sym = sum(sum(c in SYM for c in t[ws[x].b:ws[x + 1].a]) for x in range(s.i, s.j - 1)) + sum(c in SYM for c in s.after)
        s.speaker = any(58 in t[ws[x].b:ws[x].b + 1] for x in (s.i, s.i + 1) if x < s.j)
        s.bullet = any(c in b"-*#" for c in s.before) or ws[s.i].num and s.n > 1
    tot = {k: sum(getattr(s, k) for s in ss) for k in "n you me past stop mail proper sym speaker bullet".split()}
    nq = sum(k not in ("imp", "self", None) for k, _ in ks); ni = sum(k in ("imp", "self") for k, _ in ks)
    out = []
    for x in asking:
        s = ss[x]; k, h = ks[x]; rest = tot["n"] - s.n
        if rest < 25 or s.n > 60: continue
        stop = tot["stop"] - s.stop
        if stop * 20 < rest: continue
        f = [0] * len(NAMES); r = ws[s.i:s.j]; hw = ws[h]; nx = ws[h + 1]
        def put(nm, v): f[IX[nm]] = cap8(v)
        put(k, 1)
        if k == "imp": f[IX["v_write"] + (hw.cl >> VERB0 & 127).bit_length() - 1] = 1
        put("lead", h > s.i); put("please", any(w.cl >> PLEASE & 1 for w in r[:3])); put("me", any(w.cl >> OBJ & 1 for w in ws[h + 1:min(h + 3, s.j)]))
        put("i_my", any(w.cl >> IMY & 1 for w in r)); put("your", any(w.cl >> YOUR & 1 for w in r)); put("you", any(w.cl >> YOU1 & 1 for w in r))
        for nm, b in (("o_ans", ANS), ("o_gen", GEN), ("o_text", TEXT), ("o_doc", DOC)): put(nm, sum(w.cl >> b & 1 for w in r[h + 1 - s.i:]))
        put("next_a", nx.cl >> ART & 1); put("next_the", nx.cl >> THE & 1); put("next_num", nx.num or nx.cl >> FEWN & 1); put("next_prep", nx.cl >> PREP & 1)
        put("it_begin", any(w.cl >> PRON & 1 for w in ws[h + 1:min(h + 4, s.j)])); put("dem", any(w.cl >> DEM & 1 for w in r))
        put("len", s.n); put("cap", r[0].cap); put("end_period", 46 in s.tail or 33 in s.tail); put("end_q", 63 in s.tail); put("end_colon", 58 in s.tail); put("end_none", not any(c in b".!?:" for c in s.tail))
        inner = t[s.start:s.end]; put("sym", s.sym); put("url", b"://" in inner or 64 in inner); put("quote", 34 in inner or 34 in s.before or b"\xe2\x80\x9c" in s.before); put("digit", any(w.num for w in r))
        put("first", x == 0); put("last", x == n - 1); put("linebeg", x == 0 or 10 in s.before); put("lineend", x == n - 1 or 10 in s.after)
        put("blank_before", s.before.count(b"\n") > 1); put("blank_after", s.after.count(b"\n") > 1)
        isq = k not in ("imp", "self"); put("n_q", nq - isq); put("n_i", ni - (not isq))
        for nm, kk, m in (("rest_you", "you", 1000), ("rest_me", "me", 1000), ("rest_past", "past", 500), ("rest_sym", "sym", 100), ("english", "stop", 100)): put(nm, m * (tot[kk] - getattr(s, kk)) // rest)
        put("proper", 100 * (tot["proper"] - s.proper) // (n - 1)); put("n", n); put("rest", rest // 2); put("mean_len", rest // (n - 1))
        put("mail", tot["mail"] - s.mail); put("speakers", tot["speaker"] - s.speaker); put("bullets", tot["bullet"] - s.bullet)
        others = {}
        for y, o in enumerate(ss):
            if y != x:
                for w in ws[o.i:o.j]:
                    if w.stem: others[w.stem] = others.get(w.stem, 0) | (abs(y - x) == 1)
        content = seen = near = names = 0
        for w in r:
            if w.stem:
                content += 1; seen += w.stem in others; near += bool(others.get(w.stem)); names += w.cap and w is not r[0] and w.stem not in others
        put("content", content); put("seen", seen); put("unseen", content - seen); put("seen_pct", 100 * seen // content if content else 0); put("near", near); put("names_unseen", names)
        nxs = ss[x + 1] if x + 1 < n else None; pv = ss[x - 1] if x else None
        if nxs: put("next_ana", any(w.cl >> ANA & 1 for w in ws[nxs.i:min(nxs.i + 3, nxs.j)])); put("next_sym", nxs.sym); put("next_len", nxs.n)
        if pv: put("prev_colon", 58 in pv.tail); put("prev_open", not any(c in b".!?:" for c in pv.tail)); put("prev_sym", pv.sym); put("prev_len", pv.n)
        put("bullet", s.bullet); put("indent", len(s.before) - 1 - s.before.rfind(b"\n") if 10 in s.before and all(c in SPACE for c in s.before[s.before.rfind(b"\n"):]) else 0)
        out.append((s.start, s.end, f))
    return out
def sentences_of(t, ws):
    out = []; first = 0; end_of = ws[-1].b
    stop_all = end_of
    while stop_all < len(t) and not (lambda c: 48 <= c <= 57 or 65 <= c <= 90 or 97 <= c <= 122 or c >= 0xC3)(t[stop_all]): stop_all += 1
    for i, w in enumerate(ws):
        end = i + 1 == len(ws)
        prev_end = ws[i - 1].b if i else 0
        if not end and not gap_ends(t, w, ws[i + 1], first == i and (i == 0 or 10 in t[prev_end:w.a])): continue
        s = S(); s.i, s.j = first, i + 1
        s.start = ws[first].a; stop = stop_all if end else ws[i + 1].a; e = w.b
        while e < stop and t[e] not in SPACE: e += 1
        s.end = e; s.tail = t[w.b:e]; s.after = t[w.b:stop]; s.before = t[ws[first - 1].b:s.start] if first else b""
        out.append(s); first = i + 1
    return out
if __name__ == "__main__":
    t = "The tower is tall (330 m). It was built in 1889 by the company of G. Eiffel, e.g. for the fair. What is the capital of Peru? Millions of people visit it every year.\nWrite a poem about cats.\nIt is the most visited monument with an entrance fee in the world.".encode()
    ws = read(t)
    for s in sentences_of(t, ws): print(t[s.start:s.end])
    for a, b, f in features(t): print(t[a:b], {n: v for n, v in zip(NAMES, f) if v})
    print(len(NAMES), len(CL))
