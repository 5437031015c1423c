/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_OFFICE_OFFICE_H
#define TOOLS_OFFICE_OFFICE_H
/*
 * office: the coordinator's window on the desk.
 *
 * What it does, suhbat-sync and suhbat-key do by the same functions.  A page is one function that
 * rebuilds it after each event, as on the device (app/kit/ui.h).  Work on the desk runs on a thread
 * of its own, one piece at a time, while the page shows only how far it is.
 *
 * The identity is in locked memory while the desk is open.  After ten idle minutes the desk is
 * closed, and all that was read from it is wiped.
 */
#include "app/kit/keyboard.h"
#include "platform/machine/media.h"
#include "platform/machine/player.h"
#include "platform/machine/task.h"
#include "tools/desk/desk_export.h"
#include "tools/desk/desk_code.h"
#include "tools/desk/desk_field.h"
#include "tools/desk/desk_listen.h"
#include "tools/desk/desk_reading.h"
#include "tools/desk/desk_review.h"
#include "tools/desk/desk_take.h"
#include "tools/desk/desk_transcripts.h"
#include "tools/desk/desk_withdraw.h"
#include "tools/report/report.h"

enum office_page {
    OFFICE_UNLOCK,
    OFFICE_TAKE, /* the pages from here to OFFICE_FORMS have tabs */
    OFFICE_RECORDS,
    OFFICE_FIELD,
    OFFICE_OUTPUT,
    OFFICE_DEVICES,
    OFFICE_FORMS,
    OFFICE_RECORD,
    OFFICE_QUESTION,
    OFFICE_LISTEN,
    OFFICE_WITHDRAW,
    OFFICE_PAGES
};

struct office_options { /* paths, borrowed; NULL: not given */
    const char *desk, *identity;
    const char *study, *root; /* to let devices join, and to put forms in force */
    const char *lists;        /* the study's lists: quotas, rules, codes */
    const char *inbox;        /* a folder with batches, beside sticks */
    const char *media;        /* instead of the sticks that are plugged in */
    const char *out;          /* for tables, reports, proofs; created with mode 0700 */
    const char *person;       /* who works at the desk, for its log */
    enum ui_language language;
    bool night;
    float text_scale; /* 0: 1 */
};

/* ---- what the pages hold ---- */

enum { OFFICE_PLACES = MEDIA_MAX + 1 };
struct office_place { /* a stick, or the inbox */
    char path[256];
    bool inbox;
    size_t files;          /* .age */
    const char **requests; /* .sbe: of devices that ask to join; in the arena of places */
    size_t request_count;
    char trouble[600]; /* it cannot be read; "" */
};
struct office_places { /* office_take.c */
    struct arena arena;
    struct office_place list[OFFICE_PLACES];
    size_t count;
    size_t silent; /* sticks that do not answer */
};
struct office_line { /* what became of a file */
    char *text;      /* owned */
    char mark;       /* as of ui_row */
};
struct office_take { /* office_take.c */
    size_t place;
    struct office_line *lines;
    size_t line_count;
    struct take_sums sums;
    unsigned receipts, messages, revoked;
};

struct office_record { /* a row of the list; texts are in its arena */
    uint8_t id[16];
    const char *title, *device, *interviewer, *comment;
    const char *folded; /* all that is searched, text_fold */
    int64_t finalised_ms;
    enum review_state state;
};
struct office_records { /* office_records.c */
    struct arena arena;
    struct office_record *list; /* the newest first */
    size_t count, cap;
    size_t unreadable, without_form;
    bool read;     /* it is what the desk holds … */
    bool failed;   /* … or could not be read: again, when the page is opened again */
    bool training; /* of training records */
    int state;     /* enum review_state that is shown, or -1 */
    size_t first;  /* of those that fit, the first that is shown */
    char *search;  /* typed; owned; NULL */
};

struct office_comment {
    char *question, *text; /* owned */
};
struct office_record_page { /* office_record.c: the record that is read */
    bool open;              /* `reading` and `codings` are of it */
    bool sensitive;
    bool leaving; /* comments wait, and "back" was touched once */
    uint8_t id[16];
    struct desk_reading reading, fresh; /* fresh: being read by the work */
    struct desk_codings codings, fresh_codings;
    struct office_comment *comments;
    size_t comment_count;
    enum review_state verdict;
    char *comment; /* on the whole record; owned; NULL */
    char device[DESK_DEVICE_TEXT];
    int64_t recordings;
};
struct office_piece { /* of what is said in a recording */
    int64_t from_ms, to_ms;
    char *who, *text; /* owned */
};
struct office_listening { /* office_listen.c: a recording is heard and written down */
    bool open;
    uint8_t record[16]; /* its first version */
    struct desk_list all;
    struct desk_transcripts had;
    size_t recording;            /* that is heard */
    struct office_piece *pieces; /* by time */
    size_t count, at;            /* at: that is written */
    bool changed;                /* since it was kept last … */
    int64_t changed_ms;          /* … for the first time */
    uint8_t draft[16];           /* the transcript that they are kept as; zeros: none yet */
    bool checked;                /* to be kept as checked */
    bool withdrawn;              /* consent was, while it was written: nothing is kept */
    struct player *player;       /* NULL: not needed yet */
    bool playing;
    int percent;
    int64_t given_ms; /* up to there the player has it; where it stands, if it does not play */
    uint32_t missing; /* parts, of a piece that was heard */
};
enum { OFFICE_NOWHERE = -1 };
struct office_question { /* office_question.c: one answer of it */
    char *path;          /* of the answer: desk_answer.question; owned; NULL */
    int from, to;        /* words marked, from 0; OFFICE_NOWHERE: none */
    char code[64];       /* chosen; "" */
    const char **words;  /* of the answer; the last + 1 is NULL */
    size_t *starts;      /* the byte of the story at which each begins */
    size_t word_count;
    const char *story; /* as codings count its letters; in the arena, as the words are */
    struct arena arena;
    char *comment; /* owned; NULL */
    bool quote;
    char *translation;   /* owned; NULL */
    uint8_t dropped[16]; /* the coding to take away */
};
struct office_withdrawing { /* office_withdraw.c */
    unsigned uses;
    bool sure;
    char *why;          /* owned; NULL */
    char *page;         /* written for the person; owned; NULL */
    struct err problem; /* after it was withdrawn; ERR_NONE: none */
    unsigned messages, exports;
};
struct office_output { /* office_output.c */
    const struct dataset_writer *writer;
    int labels; /* enum ui_language, or -1: codes only */
    bool sensitive, public, training;
    char form[128];      /* only records of this form; "": all */
    char *since, *until; /* days, as typed; owned; NULL: any */
    char *folder;        /* of the last output; owned; NULL */
    enum { OUTPUT_NONE, OUTPUT_TABLES, OUTPUT_REPORT } made; /* last: what is left out is said */
    struct export_counts counts;                             /* of the tables */
    struct report_counts report;
};
struct office_device {
    struct desk_device is; /* `lost` is not kept */
    char text[DESK_DEVICE_TEXT];
    uint64_t lost;
};
struct office_devices { /* office_devices.c */
    struct office_device *list;
    size_t count;
    bool read, failed;
    size_t sure;            /* place + 1 of the device that is about to be accepted */
    char *folder, *request; /* of the request that is being answered; owned; NULL */
    bool asked;             /* its words are shown */
    char id[33], words[64]; /* of its device */
    char name[96];          /* of the device that joined */
    bool unnamed;           /* its label could not be read */
    struct err problem; /* the desk could not be told of the device that joined; ERR_NONE: it was */
    unsigned accepted;
};
struct office_form {
    char id[128], title[160], version[64];
    uint64_t serial;
    bool in_force;
    char *path;  /* of a package on a stick; owned; NULL */
    bool chosen; /* it is to be taken */
};
struct office_forms {         /* office_forms.c */
    struct office_form *list; /* at the desk */
    size_t count;
    bool read, failed;
    char folder[256];          /* where packages are looked for */
    struct office_form *found; /* there */
    size_t found_count;
    struct office_line *broken; /* files there that are damaged */
    size_t broken_count;
    bool looked, issue;
    unsigned fresh, known;
    uint64_t epoch;
};

struct office;
struct office_row {   /* a page */
    const char *name; /* for tests */
    void (*build)(struct office *office);
    void (*forget)(struct office *office); /* wipes what it holds; NULL: it holds nothing */
    void (*again)(struct office *office);  /* reads it again, in another language; NULL: no need */
    /* How often it is drawn without an event, in ms; 0: not now.  NULL: never. */
    int (*beat)(const struct office *office);
    /* The target that the n-th function key touches, from 0; NULL: none. */
    const char *(*key)(struct office *office, unsigned n);
};
extern const struct office_row office_rows[OFFICE_PAGES]; /* office_pages.c */
/* On the thread of the work; may use everything but `ui`. */
typedef bool office_job(struct office *o, struct err *err);
/* On the window's thread, when the work is done. */
typedef void office_after(struct office *o, bool ok, const struct err *err);
struct office_work {
    enum string_id what;
    office_job *job;
    office_after *after;
    struct task *task; /* NULL: nothing runs */
    struct progress progress;
};

struct office {
    struct ui ui;
    const struct office_row *pages;
    struct keyboard keyboard;
    struct office_options options;
    struct desk *desk; /* NULL: locked */
    uint8_t *identity; /* 32 bytes of locked memory; NULL: locked */
    char *pass;        /* PROMPT_MAX bytes of locked memory: on its way to the work; NULL */
    enum office_page page;
    struct office_work work;
    struct {
        char text[6000]; /* an error with a path in it fits */
        bool good;
    } message;
    bool keys; /* the keyboard on the screen is shown */
    bool show_pass;
    bool media;       /* sticks came or went: look again */
    bool stale;       /* another program changed the desk: what was read is old */
    int64_t input_ms; /* of the last touch or key */
    struct desk_elements elements;
    bool has_elements;
    struct office_places places;
    struct office_take take;
    struct office_records records;
    struct office_record_page record;
    struct office_question question;
    struct office_listening listening;
    struct office_withdrawing withdrawing;
    struct desk_field field;
    bool field_read;
    size_t first_finding; /* that is shown */
    struct office_output output;
    struct office_devices devices;
    struct office_forms forms;
};

/* ---- the window ---- */

/* Borrows the window. */
void office_begin(struct office *office, struct window *window, const struct office_row *pages,
                  const struct office_options *options);
void office_end(struct office *office);
bool office_handle(struct office *office, const struct window_event *event); /* true: redraw */
void office_draw(struct office *office);
/* Until the window is closed.  `robot_fd`: -1, or where a test reads what can be touched. */
int office_run(struct office *office, int robot_fd);

/* ---- for the pages ---- */

void office_go(struct office *office, enum office_page page);
/* Wipes what the page holds: it is read again when the page is shown. */
void office_forget(struct office *office, enum office_page page);
/* Closes the desk and wipes what was read from it. */
void office_lock(struct office *office);
void office_say(struct office *office, const char *text, bool good);
void office_failed(struct office *office, const struct err *err);
/* Begins a piece of work; it may have ended when the call returns.  office_work takes the message
 * away first; office_read leaves it: for what a page needs to show itself. */
void office_work(struct office *office, enum string_id what, office_job *job, office_after *after);
void office_read(struct office *office, enum string_id what, office_job *job, office_after *after);
/* Counts the work's progress; of the type of export_options.progress.  One window at a time. */
void office_progress(const char *pass, uint64_t done, uint64_t all);

/* Begins a page with a title, or (NULL) one with the tabs; office_page_end ends it. */
void office_page_begin(struct office *office, const char *title, const char *subtitle);
void office_page_end(struct office *office);
void office_heading(struct office *office, enum string_id id);
/* A line of a table: `share` of the width for each cell, in percent. */
void office_cells(struct office *office, const char *const *cells, const uint8_t *share,
                  size_t count, bool head);
/* A field that opens when it is touched, filled with *text, and keeps what is typed in *text (owned
 * by the caller).  True: it changed. */
bool office_field(struct office *office, const char *id, enum string_id label, char **text,
                  int lines);
/* A field for a passphrase: nothing typed in it is kept elsewhere.  office_take_secret moves what
 * was typed in the open one to office->pass, for the work; without it, that stays NULL.
 * False: it is too long, which is said. */
void office_secret(struct office *office, const char *id, enum string_id label);
bool office_take_secret(struct office *office);
/* Owned by the caller: a line of a list of files. */
void office_add_line(struct office_line **lines, size_t *count, const char *name, const char *text,
                     char mark);
void office_free_lines(struct office_line **lines, size_t *count);
const char *office_day(struct office *office, int64_t wall_ms); /* "24.11.2026 10:00" */
/* "24112026-1000", for names of folders. */
const char *office_stamp(struct arena *arena, int64_t wall_ms);
/* What was withdrawn, or is to be: "For quotes, for the recording". */
const char *office_uses(struct office *office, unsigned uses);
/* The text for a state of review. */
enum string_id office_state(enum review_state state);
char office_state_mark(enum review_state state);

/* ---- the pages ---- */

void office_unlock(struct office *office);
void office_take(struct office *office);
void office_take_forget(struct office *office);
void office_records(struct office *office);
void office_records_forget(struct office *office);
/* What a reviewer said of a record of the list, by the id of its first version. */
void office_records_say(struct office *office, const uint8_t id[16], enum review_state state,
                        const char *comment);
void office_record(struct office *office);
void office_record_open(struct office *office, const uint8_t id[16]);
void office_record_again(struct office *office); /* reads it again, as it is now */
void office_record_forget(struct office *office);
void office_question(struct office *office);
void office_question_open(struct office *office, const char *question);
void office_question_again(struct office *office); /* the record was read again */
void office_question_forget(struct office *office);
void office_listen(struct office *office);
void office_listen_open(struct office *office, const uint8_t record[16]);
void office_listen_forget(struct office *office); /* what is written is kept as a draft */
int office_listen_beat(const struct office *office);
const char *office_listen_key(struct office *office, unsigned n);
void office_withdraw(struct office *office);
void office_withdraw_forget(struct office *office);
void office_field_page(struct office *office);
void office_field_forget(struct office *office);
void office_output(struct office *office);
void office_output_forget(struct office *office);
void office_devices(struct office *office);
void office_devices_forget(struct office *office);
void office_forms(struct office *office);
void office_forms_forget(struct office *office);
/* Reads the list of forms, if it is not read.  True: it is still being read. */
bool office_forms_wait(struct office *office);

/* Looks for sticks, if some came or went.  True: it still looks, and the page is to wait. */
bool office_look(struct office *office);
void office_look_forget(struct office *office);
const char *office_place(struct office *office, size_t place); /* what a place is called */

#endif
