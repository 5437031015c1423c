/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_APP_H
#define APP_APP_H
/*
 * app: what all screens share, and the way from one to another.
 *
 *   FIRST_* ─enrolled▶ HOME ◀─passphrase, PIN─ UNLOCK ◀─lock, idle, start─ any
 *   SETTINGS ─travel lock▶ TRAVEL ─the coordinator's answer▶ HOME
 *   HOME ─▶ FORMS ─▶ INTERVIEW ◀▶ OUTLINE, FINISH ─▶ SEALED ─▶ HOME;  HOME ─▶ HAND_OVER, LOAD,
 * SETTINGS
 *
 * A screen is one function, screen_NAME(app), that builds the page; a sheet (enum app_sheet) lies
 * over the screen below, never more than one.
 */
#include "app/screens/help.h"
#include "app/interview/interview.h"
#include "app/kit/keyboard.h"
#include "app/kit/ui.h"
#include "platform/machine/audio.h"
#include "platform/machine/disks.h"
#include "platform/machine/task.h"
#include "platform/machine/media.h"
#include "platform/machine/picture.h"
#include "platform/machine/sleep.h"

enum screen {
    SCREEN_FIRST_LANGUAGE,
    SCREEN_FIRST_INVITE,
    SCREEN_FIRST_WORDS,
    SCREEN_FIRST_PASS,
    SCREEN_FIRST_REPEAT,
    SCREEN_FIRST_REQUEST,
    SCREEN_TRAVEL, /* up to here and UNLOCK nothing is open */
    SCREEN_UNLOCK,
    SCREEN_HOME,
    SCREEN_FORMS,
    SCREEN_INTERVIEW,
    SCREEN_OUTLINE,
    SCREEN_FINISH,
    SCREEN_SEALED,
    SCREEN_HAND_OVER,
    SCREEN_LOAD,
    SCREEN_SETTINGS,
    SCREEN_PIN,
    SCREEN_HAND,
    SCREEN_RETURN,
    SCREEN_MACHINE,
    SCREEN_COUNT
};
enum app_sheet {
    SHEET_NONE,
    SHEET_LANGUAGE,
    SHEET_MENU,
    SHEET_DISCARD,
    SHEET_FILES,
    SHEET_HELP,
    SHEET_PICTURE,
    SHEET_MEMO,
    SHEET_ABOUT,
    SHEET_TRAVEL,
    SHEET_CLOCK,
    SHEET_SEAL,
    SHEET_LABEL
};

enum { APP_AHEAD = 64 };
enum outline_filter { OUTLINE_ALL, OUTLINE_MISSING, OUTLINE_DOUBTFUL, OUTLINE_OPEN };
enum app_leave { LEAVE_NONE, LEAVE_NEXT, LEAVE_BACK };

enum loading { LOADING_CHOOSE, LOADING_ASK, LOADING_DONE };
enum travel_step { TRAVEL_START, TRAVEL_CHOOSE, TRAVEL_REPEAT, TRAVEL_SEND, TRAVEL_OPEN };

enum { APP_FORMS_MAX = DEVICE_FORMS_MAX, APP_CHOICES_SHOWN = 60 };

struct app_form {
    struct device_form form;
    char id[128], title[160], version[64];
    uint8_t signer[32]; /* its author's key */
};

enum { APP_FILES = 60, APP_INK = 6000 };
struct app_file { /* found on a stick or card */
    char path[300], name[80];
    uint64_t size;
    int64_t time; /* s */
};

struct app;
struct app_named { /* a file right on a stick or card */
    size_t medium; /* which of app->media */
    const char *name;
};

/* What is done on a stick or card, or takes long, while the screen goes on
 * (platform/machine/task.h). */
struct app_task {
    enum string_id what; /* told when it takes long */
    task_work *work;
    void *context; /* the task's, from the moment it is begun */
    task_drop *drop;
    /* On the screen's thread, at once or later; never when it was left.  Drops nothing. */
    void (*end)(struct app *app, void *context, bool ok, const struct err *err);
    struct progress *progress; /* of the context, or NULL */
    enum string_id unit;       /* … and in what it counts */
    bool ours;                 /* on the device, not on a stick: it is never left, but waited for */
    bool stops;                /* ours, but it can be stopped */
    struct task *task;         /* NULL: none goes on */
    int64_t since_ms;          /* that it moved, or was begun */
    size_t seen_done;
};

enum { APP_PICTURES = 24 };
struct app_picture {
    char name[112]; /* its size and file */
    struct picture picture;
    uint64_t used, key;
};

/* A long list, kept between two looks at it: its choices, and their labels folded for searching.
 * What is drawn points into it, so it goes only between two passes. */
enum { APP_LISTS = 4 };
struct long_list {
    const struct node *node; /* NULL: to be freed */
    bool fixed;              /* nothing but another language changes it; else: */
    uint64_t ticket;         /* of the journal: what was answered since may change the list */
    int64_t minute;          /* and so may the time */
    char language[LANGUAGE_NAME];
    unsigned pass; /* of building a page: when it was last used */
    struct arena arena;
    struct choice *choices;
    size_t count, codes;                   /* codes: "don't know" and the like among them */
    bool fallback;                         /* one of them is not translated */
    const char **exacts, **keys, **sounds; /* small letters, folded, as it sounds; NULL: not yet */
    uint8_t *ranks;                        /* how well each fits what was searched for last */
    char ranked[128];                      /* … which was this */
    uint32_t *order;                       /* those that fit, the best first; NULL: not yet */
    size_t ordered;
    uint32_t *late; /* of them, behind those that are shown: the chosen ones … */
    size_t late_count;
    bool late_known; /* … with this answer */
    char late_of[256];
};

struct app {
    struct ui ui;
    struct keyboard keyboard;
    struct writer *writer;            /* NULL before a device is there */
    const char *data_dir, *media_dir; /* media_dir: one fixed folder, or NULL */
    uint32_t memory_kib;              /* Argon2id at enrolment */
    enum screen screen;
    enum app_sheet sheet, sheet_shown; /* wanted; drawn last */
    int page_scroll;                   /* of the page below the sheet */
    int interview_scroll;              /* of the page that the settings were opened from */
    bool night;
    bool quiet; /* nothing is read aloud unless it is asked for */
    bool apart; /* the interface keeps its language when the questions' changes */
    int64_t last_input_ms;
    int64_t arrived_ms; /* when this screen, or what it asks for good, came into sight */

    char message[600]; /* a warning on the page, in the user's language */
    bool message_good;
    bool message_fresh; /* not yet brought into sight */

    /* home */
    struct device_draft drafts[VAULT_DRAFTS];
    size_t draft_count;
    struct device_waiting waiting;
    uint64_t overdue_s;
    bool clock_doubt;        /* it stands before something that this device did … */
    int64_t newest_ms;       /* … which was then */
    uint8_t clock_form[32];  /* whose interview waits for the clock */
    uint64_t epoch, epoch_s; /* of the catalogue: its number, and when it was signed */
    struct app_form forms[APP_FORMS_MAX];
    size_t form_count;
    struct app_form before[APP_FORMS_MAX], coming[APP_FORMS_MAX]; /* … and after what is loaded */
    size_t before_count, coming_count;

    /* interview */
    struct interview *interview;
    bool handed;    /* the respondent holds it: nothing but this block */
    bool hand_here; /* of SCREEN_HAND: opened from a page of the block, not on the way to it */
    bool in_block, at_end; /* of SCREEN_RETURN: may go on with the block; the form ends behind it */
    bool removed_notice;
    enum outline_filter outline; /* which questions it lists */
    size_t opened_section;       /* 1, 2, …: its questions are listed, too; 0: none's */
    enum answer_result refusal;
    struct node *refused;  /* beside which question it is said */
    bool blanks_told;      /* that the list has entries that hold nothing */
    struct node *cleared;  /* whose ticks one code has just taken … */
    char *cleared_ticks;   /* … and what they were; ours, wiped when the page is left */
    bool refused_now;      /* not yet brought into sight */
    unsigned refused_edit; /* what was typed then: another text is not refused yet */
    int64_t typed_ms, journalled_ms;
    const struct node *dated; /* whose calendar was turned: */
    int month_shown, year_shown;
    const struct node *picks_year;      /* whose calendar offers years */
    const struct node *opened;          /* whose list is open */
    bool advance;                       /* a quick answer: on to the next page */
    size_t removed_told;                /* entries that a count took away, as told last … */
    size_t removed_here, removed_again; /* … of them on this page, and on the one that was left */
    const struct node *reached;         /* just come to on a page of several */
    const struct node *field_waits;     /* not opened by itself: its question is to be read first */
    enum app_leave leaving; /* as soon as the answer is on the medium; no touch counts till then */
    int64_t leaving_ms;     /* since when */
    struct window_event ahead[APP_AHEAD]; /* keys typed meanwhile: they are for the next page */
    size_t ahead_count;
    struct app_file found[APP_FILES];
    size_t found_count;
    bool found_more;        /* there are older ones, or more than are looked at */
    struct node *file_node; /* whose file is being looked for */
    int16_t ink[APP_INK]
               [2]; /* a drawing's points in its field, px; x = INT16_MIN: the finger was lifted */
    size_t ink_count;
    int ink_w, ink_h;
    struct node *ink_node;     /* whose drawing, or NULL */
    bool ink_fresh, ink_wiped; /* not yet the answer; the old one was wiped away on the screen */
    int64_t ink_ms;            /* of the last point */
    struct long_list lists[APP_LISTS];
    unsigned pass;
    struct app_picture pictures[APP_PICTURES];
    unsigned memo; /* the number of the memo that is being written */
    char about_words[64];
    char looked_at[256]; /* the picture that fills a sheet: its URI */
    float zoom;          /* how much larger than the sheet it is */
    bool panned;         /* a finger moves it; where it was: */
    int pan_x, pan_y;
    uint64_t picture_clock, picture_key;
    char filter[128], filter_id[UI_ID_MAX]; /* a search whose keyboard was put away */
    uint32_t sealed_number;
    uint8_t sealed_form[32]; /* the package that it was made with */

    /* exchange */
    struct medium media[MEDIA_MAX]; /* as they were found last */
    size_t media_count;
    void (*look_again)(
        struct app *app); /* the page follows what is put in and pulled out, or NULL */
    bool media_changed;   /* … as soon as nothing else goes on */
    struct disks *disks;  /* who mounts them and takes them out, or NULL; lent */
    bool kiosk;           /* no desktop: the page of the machine is offered, sleeping locks */
    struct machine_page *machine; /* of SCREEN_MACHINE, or NULL */
    struct arena named_arena;
    struct app_named *named; /* files on them that were looked for */
    size_t named_count;
    struct app_task task; /* to a stick or card */
    char folder[256]; /* being looked through for where to hand over; "": sticks and cards are shown
                       */
    struct arena folder_arena; /* of what lies in it, read once when it was opened */
    const char **folders;      /* NULL: it cannot be read */
    size_t folder_count;
    bool exchanged; /* handed over */
    struct export_report exported;
    enum loading load;
    struct load_find found_load; /* on the stick that is loaded from */
    struct load_report loaded;
    struct writer_pending *transfer; /* handing over or loading goes on, or NULL */
    struct writer_pending *locking;  /* locked behind a task that does not end, or NULL */
    size_t transfer_done;            /* how far it was when it moved last, and when that was */
    int64_t transfer_ms, locking_ms; /* … and when the screen was locked on it */
    int64_t soft_until_ms;           /* how long a PIN will be enough after the lock */
    char transfer_folder[256];
    struct progress progress;

    /* unlock, first run */
    struct device_locks locks; /* as they were looked at last */
    bool locked_before;        /* since the program began: a PIN would have been handy */
    enum travel_step travel;
    bool travel_again; /* no answer to this passphrase was found: its words and request can be had
                          again */
    enum screen pin_from;   /* where SCREEN_PIN was opened */
    bool unsealed;          /* the lock came, and the record could not be sealed */
    const uint8_t *opening; /* the draft that is being opened by a task, or NULL */
    bool unwritten;         /* the last answers before the lock: the medium took them not */
    bool to_resume;         /* softly locked within an interview: this one */
    uint8_t resume_id[16];
    bool show_pass;
    char suggested[64];
    char invite_path[300];
    struct buf invite_bytes, request;

    /* figures for the robot */
    int64_t event_us, shown_us, posted_us;
    bool blind;   /* built, but not painted */
    bool asleep;  /* the machine is about to sleep: nothing is painted, no touch counts */
    bool covered; /* the window is: nothing is painted */
    struct sleep_watch *watch; /* who holds the sleep up until all is put away, or NULL */
};

void app_go(struct app *app, enum screen screen);
void app_say_text(struct app *app, const char *text, bool good);
void app_say_anew(struct app *app);               /* in another language, with its keys */
void app_say(struct app *app, enum string_id id); /* a warning */
void app_say_good(struct app *app, enum string_id id);
void app_trouble(struct app *app, const struct err *err); /* a failure of the world */
/* Said beside the question: the form's own message, or ours. */
/* Why an answer does not stand: in the form's own words, else in ours. */
const char *app_refusal_words(struct app *app, struct arena *arena, struct node *node,
                              enum answer_result why);
void app_refusal(struct app *app, struct node *node, enum answer_result why);
void app_message(struct app *app, int x, int *y, int w); /* draw it, if any */
/* A memo beside the page that is shown. */
bool memo_is_here(const struct app *app); /* is one written at this page? */
void memo_open(struct app *app);
void memo_close(struct app *app);
void memo_keep(struct app *app); /* what is typed of it, if it is open */
bool memo_is_open(const struct app *app);
void memo_sheet(struct app *app, int x, int *y, int w);
/* The draft's own label: for its interviewer, on this device alone. */
void label_open(struct app *app);
void label_close(struct app *app);
void label_keep(struct app *app); /* what is typed of it, if it is open */
bool label_is_open(const struct app *app);
void label_sheet(struct app *app, int x, int *y, int w);
void app_label_draft(struct app *app, const char *text);
/* Keys typed where a field waits open it. */
void screen_open_waiting(struct app *app);
void screen_reopen_typed(struct app *app); /* what was half typed on the page, as it was */
void app_watch_transfer(struct app *app);  /* the page while a task goes on */
/* What its head says of a form; false: it cannot be read. */
bool app_read_form(struct app_form *out, const struct package *package);
void app_wait(struct app *app, enum string_id what); /* what is done, shown now */
/* Softly where a PIN was chosen; then it brings back the interview that was open, too. */
void app_lock(struct app *app);
void app_lock_hard(struct app *app); /* only the passphrase opens it */
/* While a task goes on: the screen is locked now, the device as soon as the medium lets it. */
void app_lock_behind(struct app *app);
void app_forget_titles(struct app *app); /* and names of sticks and files, at a lock */
void app_look_locks(struct app *app);
/* The interface's language; the questions' too, unless they go apart. */
void app_language(struct app *app, enum ui_language language);
/* The questions' language by its code; the interface's too, unless they go apart. */
void app_question_language(struct app *app, const char *code);
/* The languages that the form's questions have, the interface's first and in its order: codes, or
 * the form's own names; lent.  Returns how many. */
enum { APP_LANGUAGES = FORM_LANGUAGES_MAX + UI_LANGUAGE_COUNT };
size_t app_question_languages(const struct app *app, const char *codes[APP_LANGUAGES]);
/* What stands on the button of a language, and its name; kept for the frame. */
const char *app_language_sign(struct app *app, const char *code);
const char *app_language_name(struct app *app, const char *code);
void app_follow_keys(struct app *app); /* the keyboard is the questions' language's */
/* Looks and hand, kept beside the vault: nothing of it is secret. */
void app_settings_read(struct app *app);
void app_settings_write(struct app *app);
bool app_load_home(struct app *app);
/* Home; before the enrolment is answered, the request's screen. */
void app_go_home(struct app *app);

/* ---- tasks: nothing here waits for a stick for longer than a moment; callers return after ----
 */
void app_task(struct app *app, const struct app_task *task);
void app_leave_task(struct app *app);
void app_watch_task(struct app *app); /* the page while it goes on */
int app_task_timeout(const struct app *app);
/* app->media, and in app->named the files on them with this ending (NULL: none). */
void app_find_media(struct app *app, const char *ending);
void app_forget_named(struct app *app);
/* A file of at most so many bytes; lent to `then`, which is not called when it cannot be read. */
typedef void app_file_read(struct app *app, const char *path, const struct buf *bytes);
void app_read_file(struct app *app, const char *path, size_t max, app_file_read *then);
/* A small file into a folder, or (NULL) onto each stick that is in; what came of it is said. */
void app_write_file(struct app *app, const char *folder, const char *name, const struct buf *bytes);

const char *app_date(struct app *app, int64_t wall_ms); /* dd.MM.yyyy HH:mm */
const char *app_media_name(const char *path);
/* Control words in the script of the interface; kept for the frame. */
const char *app_words(struct app *app, const char *words);
/* The same to be compared or written down: large, numbered, in two columns (three lying across)
 * that are read downwards. `note` (may be NULL) tells what they are. */
void app_show_words(struct app *app, const char *words, const char *note, int x, int *y, int w);

/* The picture behind jr://images/…, no larger than this; NULL when there is none.  Lent until
 * others are asked for. */
const struct picture *app_picture(struct app *app, const char *uri, int max_w, int max_h);
/* One of the interview's own attachments: a drawing. */
const struct picture *app_own_picture(struct app *app, const char *name, const struct buf *bytes,
                                      int max_w, int max_h);
void app_stretch_picture(struct app *app, struct rect r, const struct picture *picture);
void app_show_picture(struct app *app, int x, int y, const struct picture *picture);
void app_pictures_forget(struct app *app);
/* The sound behind jr://audio/… is played, or what is playing stops. */
void app_listen(struct app *app, const char *uri);
bool app_has_sound(struct app *app, const char *uri);

/* All three soon or later: tasks (below).  What came of them is shown. */
void app_start_interview(struct app *app, const uint8_t package_hash[32]);
void app_resume(struct app *app, const struct device_draft *draft);
void app_seal(struct app *app);
void seal_sheet(struct app *app, int x, int *y, int w); /* asks once more, and seals */
void app_put_away(struct app *app); /* what is typed and drawn is on the medium */
/* Of what is asked below the node: how many questions, answered, and of these without a value. */
void app_count_answers(const struct node *node, unsigned *questions, unsigned *answers,
                       unsigned *without);
void app_leave_interview(struct app *app); /* what is typed and drawn is kept in the draft */
/* The interview is over, or was put aside: nothing of it stays in memory. */
void app_drop_interview(struct app *app);

/* ---- screens ---- */
void screen_first(struct app *app);
void screen_unlock(struct app *app);
void screen_home(struct app *app);
void screen_forms(struct app *app);
void screen_interview(struct app *app);
/* "Entry 2 · Osh": its number and its first answer, unless that is to this question.  Frame's. */
const char *roster_entry_name(struct app *app, struct node *entry, const struct node *but);
/* A roster's page: its entries, and what adds, removes and brings one back. */
void roster_show(struct app *app, int x, int *y, int w);
/* Entries that hold nothing keep the page once, and it is said; true: they do now. */
bool roster_holds(struct app *app);
/* Going elsewhere is never held: what does not fit is kept as typing, not as an answer. */
void commit_or_keep(struct app *app);
/* The interview's page is another now: fresh field, fresh message, recovered typing. */
void screen_arrive(struct app *app);
/* ---- the respondent's own screen: groups with the appearance respondent-screen ---- */
bool respondent_block(const struct page *page);
/* Large letters while it is handed over; returns what to put back. */
float respondent_text(struct app *app);
void screen_hand(struct app *app);
void screen_return(struct app *app);

/* ---- the travel lock ---- */
void travel_sheet(struct app *app, int x, int *y, int w);
void screen_travel(struct app *app);
/* What nobody touches for long goes back to where it began. */
bool travel_shows_secrets(const struct app *app);
void travel_put_away(struct app *app);

/* ---- the PIN of the soft lock ---- */
void screen_pin(struct app *app);
void pin_field(struct app *app, int x, int *y, int w, bool masked);
/* What is typed in it becomes the PIN.  False: it was said why not. */
bool pin_keep_typed(struct app *app);
enum pin_result { PIN_RIGHT, PIN_WRONG /* and said so */, PIN_SPENT };
enum pin_result pin_try_typed(struct app *app);

void screen_outline(struct app *app);
void screen_finish(struct app *app);
void screen_sealed(struct app *app);
void screen_hand_over(struct app *app);
void screen_load(struct app *app);
void screen_settings(struct app *app);
/* ---- what a desktop would offer (platform/machine/desktop.h) ---- */
void machine_open(struct app *app);
void machine_close(struct app *app);
void screen_machine(struct app *app);
/* An interview that would be dated by a clock that is wrong. */
void clock_sheet(struct app *app, int x, int *y, int w);
/* A row a language of the interface; true when another was taken. */
bool interface_languages(struct app *app, int x, int *y, int w);
void sheet_show(struct app *app);
void about_open(struct app *app);

/* ---- what handing over and loading share ---- */
void exchange_begin(struct app *app, writer_job *job);
/* The rest of a page that asks for a medium; the job begins with it. */
void exchange_choose(struct app *app, int x, int y, int w, writer_job *job);
bool exchange_leave(struct app *app); /* back from a folder, or home */
/* Files that were refused, by verdict; and why one was, for the coordinator. */
void exchange_refused(struct app *app, int x, int *y, int w, const unsigned of[LOAD_VERDICTS]);
void exchange_why(struct app *app, int x, int *y, int w, const struct err *why);
void load_ended(struct app *app);  /* what went on for SCREEN_LOAD */
void load_forget(struct app *app); /* what was found; never while a task goes on */

/* ---- a stick, a card or a folder ---- */
/* The thread that mounts has news, or takes one out; called on the screen's. */
void medium_changed(struct app *app);
/* What was put in, but cannot be read. */
void medium_trouble(struct app *app, int x, int *y, int w);
/* "Take it out", where that can be done; behind what was copied to it. */
void medium_out(struct app *app, const char *path, int x, int *y, int w);
/* NULL: not chosen yet.  `copies`: what is chosen is copied to at once, and says so. */
const char *medium_choose(struct app *app, int x, int *y, int w, bool copies);
/* Behind the body: takes the folder that is looked at. */
const char *medium_bar(struct app *app);
int medium_bottom(const struct app *app);
bool medium_leave(struct app *app);
void medium_forget(struct app *app); /* at a lock */ /* false: no folder is being looked through */

/* ---- searching: forms, sections, choices; ids begin with "search" ---- */
void search_field(struct app *app, const char *id, int x, int *y, int w);
/* What is searched for, as it was typed; "" = nothing.  Lent. */
const char *search_typed(const struct app *app, const char *id);
struct search_for {
    const char *exact;    /* small letters */
    const char *needle;   /* folded */
    bool plain;           /* both are the same */
    const char *sound;    /* "" when that would find too much */
    const char *surnames; /* its words without the endings of surnames, as they sound; or "" */
};
/* Kept for the frame. */
struct search_for search_for(struct app *app, const char *typed);
/* How well a label fits: by what was typed, 10 it is that, 9 it begins so, 8 one of its words does,
 * 7 it is in there; 6 to 3 the same when both are folded; 2 it sounds alike, 1 so does another form
 * of the surname, 0 not at all.  Nothing typed: all are SEARCH_RANKS. */
enum { SEARCH_RANKS = 10 };
unsigned search_ranks(const struct search_for *what, const char *label);
/* The same of a label's text_exact, text_fold and text_skeleton. */
unsigned search_rank(const char *exact, const char *key, const char *skeleton,
                     const struct search_for *what);
/* The keyboard is put away, the search stays. */
void search_keep(struct app *app);
/* Where the page ends above the keyboard, and the keyboard itself; false: nothing is being
 * searched. */
int search_bottom(struct app *app, int otherwise);
bool search_keyboard(struct app *app);

/* ---- questions: draw from *y on, inside the body ---- */
void question_show(struct app *app, const struct page *page, int x, int *y, int w, bool label);
/* Which keyboard does the page want, and for which field?  False: none. */
enum keyboard_start question_keys(const struct node *node); /* NULL: of nothing */
bool question_keyboard(struct app *app, const struct page *page, enum keyboard_kind *kind);
/* The answer as people read it: labels of choices, grouped digits, a date of the country. */
const char *question_value(struct app *app, const struct page *page);
/* Id of the field of a question; kept for the frame. */
const char *question_field(struct app *app, const struct node *node);
/* Take what is being typed into the session.  False: refused, the page stays. */
bool question_commit(struct app *app);
/* The question in whose field something is being typed, or NULL. */
struct node *question_typed(struct app *app);
/* Are names and sentences typed there, and no code? */
bool question_is_prose(const struct node *node);
/* May a line break be typed there? */
bool question_is_many_lines(const struct node *node);
/* Does a half of this question's answer wait for the other, and what is said then? */
bool question_is_half(const struct app *app, const struct node *node, enum string_id *missing);
bool question_searching(const struct app *app);
/* A drawing that is not yet the answer becomes it. */
bool question_commit_ink(struct app *app);
void question_forget_ink(struct app *app);
/* A drawing that has rested for a moment is written down; ms until then, or -1. */
int question_rest_ink(struct app *app);
void question_files_sheet(struct app *app, int x, int *y, int w);
void app_close_sheet(struct app *app);
/* All questions of a page of several. */
void question_show_fields(struct app *app, int x, int *y, int w);

/* ---- the loop, and its steps for whoever drives it himself ---- */

struct app_options {
    const char *data_dir, *media_dir; /* lent; media_dir: one fixed folder, or NULL */
    uint32_t memory_kib;
    bool night, kiosk;
    float text_scale;          /* 0: as it was kept */
    enum ui_language language; /* UI_LANGUAGE_COUNT: as it was kept */
};
/* `device` NULL: not enrolled yet.  The window is lent, the device taken. */
void app_begin(struct app *app, struct window *window, struct device *device,
               const struct app_options *options);
void app_take_device(struct app *app, struct device *device);       /* enrolled just now */
struct device *app_end(struct app *app);                            /* the device, given back */
bool app_handle(struct app *app, const struct window_event *event); /* true: draw it anew */
void app_draw(struct app *app);
int app_run(struct app *app, int robot_fd);

#endif
