/* SPDX-License-Identifier: Apache-2.0 */
/* Do queries find what they ask for in text without spaces, in mixed scripts, and in languages that add
 * endings? Texts made for this test; each query's answer is the text of its number. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "indexes/index.h"
#include "support/folder.h"

static const char *const texts[] = {
    "北京大学的研究生宿舍将在九月重新开放，学生需要提前登记。",
    "南京市长江大桥于一九六八年建成通车，是重要的铁路公路两用桥。",
    "数据库备份每天凌晨两点执行，失败时系统会发送告警邮件。",
    "乒乓球拍卖完了，商店下周才会补货。",
    "本季度销售额同比增长百分之十二，主要来自华东地区。",
    "东京都政府发布了新的防灾手册，建议居民储备三天的饮用水。",
    "東京都の公共交通機関は年末年始に特別ダイヤで運行します。",
    "社内のデータベースサーバーは毎週日曜日に再起動されます。",
    "コンピューターウイルスに感染した場合は、すぐにネットワークから切断してください。",
    "経費精算の申請は翌月の五営業日までに提出する必要があります。",
    "外国人参政権についての議論が国会で続いている。",
    "新しいプリンターのドライバーはWindows11に対応しています。",
    "회사에서는 매주 금요일에 보안 교육을 실시합니다.",
    "데이터베이스를 백업하려면 관리자 권한이 필요합니다.",
    "서울특별시의 대중교통 요금이 내년부터 인상됩니다.",
    "พนักงานทุกคนต้องเปลี่ยนรหัสผ่านทุกสามเดือน",
    "ห้องสมุดมหาวิทยาลัยเปิดให้บริการตั้งแต่แปดโมงเช้า",
    "การสำรองข้อมูลจะทำงานอัตโนมัติทุกคืนเวลาเที่ยงคืน",
    "Kubernetes集群的节点需要升级到1.28版本才能使用该功能。",
    "Отчёты о продажах отправляются руководителям отделов каждую пятницу.",
    "Οι υπάλληλοι πρέπει να υποβάλλουν τις αιτήσεις άδειας εγκαίρως.",
    "يجب على الموظفين تغيير كلمات المرور كل ثلاثة أشهر",
    "कर्मचारियों को हर महीने रिपोर्ट जमा करनी होती है",
    "請假申請須於三日前向主管提出，並附上證明文件。",
};

static const struct {
    const char *query;
    uint32_t text;
} asked[] = {
    {"研究生", 0},        {"大学宿舍", 0},     {"生宿", 0},
    {"长江大桥", 1},      {"大桥", 1},         {"南京", 1},
    {"备份", 2},          {"告警邮件", 2},     {"球拍", 3},
    {"乒乓球", 3},        {"销售", 4},         {"增长", 4},
    {"防灾", 5},          {"饮用水", 5},       {"特別ダイヤ", 6},
    {"交通機関", 6},      {"データベース", 7}, {"再起動", 7},
    {"サーバー", 7},      {"ウイルス", 8},     {"ネットワーク", 8},
    {"経費", 9},          {"精算申請", 9},     {"参政権", 10},
    {"外国人", 10},       {"プリンター", 11},  {"windows11", 11},
    {"ﾄﾞﾗｲﾊﾞｰ", 11},      {"금요일", 12},      {"보안교육", 12},
    {"데이터베이스", 13}, {"관리자", 13},      {"서울", 14},
    {"대중교통", 14},     {"요금", 14},        {"รหัสผ่าน", 15},
    {"พนักงาน", 15},       {"ห้องสมุด", 16},      {"มหาวิทยาลัย", 16},
    {"สำรองข้อมูล", 17},    {"kubernetes", 18},  {"集群节点", 18},
    {"отчёт", 19},        {"продажа", 19},     {"руководитель отдела", 19},
    {"αίτηση", 20},       {"υπάλληλος", 20},   {"الموظف", 21},
    {"كلمة المرور", 21},  {"कर्मचारी", 22},     {"महीना", 22},
    {"請假", 23},         {"證明", 23},
};

#define TEXTS (sizeof texts / sizeof *texts)
#define ASKED (sizeof asked / sizeof *asked)

typedef struct library {
    char *folder;
    stile_analyzer *analyzer;
    stile_levels *levels;
    stile_labels *labels;
    stile_permit *permit;
    stile_index *index;
} library;

static void must(stile_status st, const stile_error *err)
{
    cr_assert_eq(st, STILE_OK, "%s", err->text);
}

static void open_index(library *l, stile_arena *arena)
{
    static stile_index_document documents[TEXTS];
    static stile_terms terms[TEXTS];
    stile_index_options options = {.folder = l->folder = test_folder_make()};
    stile_clearance *clearance;
    stile_label *label;
    stile_error err = {0};
    uint64_t seq;
    uint32_t id;

    must(stile_analyzer_create("en", &l->analyzer, &err), &err);
    must(stile_levels_create_default(&l->levels, &err), &err);
    must(stile_labels_create(l->levels, 8, &l->labels, &err), &err);
    must(stile_label_parse(l->levels, stile_str("public"), &label, &err), &err);
    must(stile_labels_add(l->labels, label, &id, NULL, &err), &err);
    must(stile_clearance_parse(l->levels, stile_str("public"), &clearance, &err), &err);
    must(stile_permit_mint(l->labels, clearance, &l->permit, &err), &err);
    must(stile_index_open(&options, &l->index, &seq, &err), &err);
    for (uint32_t i = 0; i < TEXTS; i++) {
        must(
            stile_terms_of(l->analyzer, stile_str(""), stile_str(texts[i]), arena, &terms[i], &err),
            &err);
        documents[i] = (stile_index_document){.doc = {{(unsigned char)i}},
                                              .collection = 1,
                                              .label = id,
                                              .chunks = 1,
                                              .terms = &terms[i]};
    }
    must(stile_index_apply(l->index, documents, TEXTS, NULL, 0, 1, &err), &err);
    stile_label_destroy(label);
    stile_clearance_destroy(clearance);
}

static void close_index(library *l)
{
    stile_permit_unref(l->permit);
    stile_index_destroy(l->index);
    stile_labels_destroy(l->labels);
    stile_levels_destroy(l->levels);
    stile_analyzer_destroy(l->analyzer);
    test_folder_remove(l->folder);
}

/* The number of the best text; TEXTS for none. */
static uint32_t ask(library *l, const char *query, stile_arena *arena)
{
    const uint32_t collection = 1;
    stile_terms terms;
    stile_search search = {.mode = STILE_MODE_LEXICAL,
                           .collections = &collection,
                           .collection_count = 1,
                           .permit = l->permit,
                           .terms = &terms,
                           .k = 1};
    stile_index_view *view = stile_index_acquire(l->index);
    stile_error err = {0};
    stile_hit *hits;
    size_t count;

    must(stile_terms_of(l->analyzer, stile_str(""), stile_str(query), arena, &terms, &err), &err);
    must(stile_index_search(view, &search, arena, &hits, &count, &err), &err);
    stile_index_view_unref(view);
    return count ? hits[0].doc.bytes[0] : TEXTS;
}

Test(scripts, queries_find_their_text)
{
    library l = {0};
    stile_arena arena = {0};
    uint32_t found = 0;

    open_index(&l, &arena);
    for (uint32_t i = 0; i < ASKED; i++) {
        uint32_t best = ask(&l, asked[i].query, &arena);
        found += best == asked[i].text;
        cr_expect_eq(best, asked[i].text, "%s: %u", asked[i].query, best);
    }
    printf("scripts: %u of %zu queries found their text\n", found, ASKED);
    close_index(&l);
    stile_arena_release(&arena);
}
