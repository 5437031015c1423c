/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SHELL_APP_H
#define APP_SHELL_APP_H
/*
 * app: what every question and screen shares, and how one screen leads to another.
 *
 *   FIRST_* ─enrolled▶ HOME ◀─passphrase, PIN─ UNLOCK ◀─lock, idle, start─ any
 *   SETTINGS ─travel lock▶ TRAVEL ─the coordinator's answer▶ HOME
 *   HOME ─▶ FORMS ─▶ INTERVIEW ◀▶ OUTLINE, FINISH ─▶ SEALED ─▶ HOME
 *   HOME ─▶ HAND_OVER, LOAD, SETTINGS
 *
 * A screen is a row of the table `app->screens`: one function builds the page, others run when the
 * screen is entered and left.  What only one screen needs is its own state: app_go() allocates
 * it when the screen is entered, and wipes and frees it when the screen is left.  At most one
 * sheet (enum app_sheet) covers the page.
 *
 * Nothing here calls a screen by name; the loop (app/loop.h) owns the table.
 */
#include "app/interview/interview.h"
#include "app/interview/interview_cases.h"
#include "app/kit/keyboard.h"
#include "app/kit/ui.h"
#include "platform/machine/disks.h"
#include "platform/machine/media.h"
#include "platform/machine/picture.h"
#include "platform/machine/sleep.h"
#include "platform/machine/task.h"

enum screen {
    SCREEN_FIRST_LANGUAGE,
    SCREEN_FIRST_INVITE,
    SCREEN_FIRST_WORDS,
    SCREEN_FIRST_PASS,
    SCREEN_FIRST_REPEAT,
    SCREEN_FIRST_REQUEST,
    SCREEN_TRAVEL, /* up to here, and in UNLOCK, the device is locked */
    SCREEN_UNLOCK,
    SCREEN_HOME,
    SCREEN_FORMS,
    SCREEN_CASES,
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
    SHEET_LABEL,
    SHEET_REASON,
    SHEET_QUOTE,
    SHEET_COUNT
};

struct app;

/* ---- screens ---- */

struct screen_row {
    const char *name;   /* for the robot: "hand-over" */
    size_t state_size;  /* of app->state; 0: the screen keeps nothing */
    enum screen family; /* screens of one family share their state, and its row; else itself */
    void (*open)(struct app *app);  /* called when it is entered, or NULL */
    void (*build)(struct app *app); /* builds the page; called after every event */
    void (*close)(struct app *app); /* before the state is wiped, or NULL: frees what it owns */
    int64_t idle_ms;                /* time without input before the lock; 0: never locks */
    bool respondent;                /* the respondent may see it while holding the device */
};
/* Enters a screen: wipes the state of the one that is left, clears message, field and sheet. */
void app_go(struct app *app, enum screen screen);
/* Enters a screen without leaving another: at the start of the program. */
void app_set_screen(struct app *app, enum screen screen);
/* Frees the current screen's state: at the end of the program. */
void app_close_screen(struct app *app);
/* The state of the screen shown; NULL when another family is shown. */
void *app_state(const struct app *app, enum screen family);

/* ---- the parts of struct app, each owned by the module named ---- */

struct app_options {                  /* set at the start */
    const char *data_dir, *media_dir; /* borrowed; media_dir: one fixed folder, or NULL */
    const char *interview;            /* form id to begin with after the first unlocking, or NULL */
    uint32_t memory_kib;              /* for Argon2id at enrolment */
    bool unlocked;                    /* the command line unlocked it: begin at home */
    bool night, kiosk;                /* kiosk: no desktop; adds SCREEN_MACHINE; locks on sleep */
    float text_scale;                 /* 0: the stored setting */
    enum ui_language language;        /* UI_LANGUAGE_COUNT: the stored setting */
};

struct app_looks { /* settings.c; stored beside the vault, not secret */
    bool night;
    bool quiet;  /* no sound plays by itself */
    bool speaks; /* questions without a recorded prompt have a button to be read aloud */
    bool apart;  /* interface and questions change language separately */
};

struct app_message { /* shown on the page, in the user's language */
    char text[600];
    bool good;
    bool fresh; /* not yet scrolled into view */
};

struct app_form {
    struct device_form form;
    char id[128], title[160], version[64];
    uint8_t signer[32]; /* public key of the form's author */
    bool for_case;      /* it asks for the case that is chosen (app_opening) */
};
enum { APP_FORMS_MAX = DEVICE_FORMS_MAX };

struct app_home { /* home.c: what the device holds, read when SCREEN_HOME is entered */
    struct device_draft drafts[VAULT_DRAFTS];
    size_t draft_count;
    struct device_return returns[DEVICE_RETURNS_MAX]; /* records that the desk sent back */
    size_t return_count;
    struct device_waiting waiting;
    struct case_counts cases;
    uint64_t overdue_s;      /* age of the catalogue beyond its limit */
    bool clock_doubt;        /* the clock shows a time before newest_ms */
    int64_t newest_ms;       /* time of the newest thing this device did, with some slack */
    uint64_t epoch, epoch_s; /* of the catalogue: its number, and when it was signed */
    struct app_form forms[APP_FORMS_MAX];
    size_t form_count;
};

struct app_opening {              /* open_interview.c: what is opened, sealed, or to be reopened */
    const uint8_t *draft;         /* id of the draft being opened by a task, or NULL */
    uint8_t clock_form[32];       /* package whose interview waits until the clock is right */
    bool unsealed;                /* sealing failed while the device was being locked */
    bool unwritten;               /* the disk did not take the last answers before the lock */
    char case_id[INTERVIEW_CASE]; /* the next interview is about this case; "": about none */
    char case_label[80];
    bool to_resume; /* unlocking reopens the draft resume_id */
    uint8_t resume_id[16];
    uint32_t sealed_number;  /* of the record sealed last … */
    uint8_t sealed_form[32]; /* … and its package */
};

enum app_leave { LEAVE_NONE, LEAVE_NEXT, LEAVE_BACK };
enum outline_filter { OUTLINE_ALL, OUTLINE_MISSING, OUTLINE_DOUBTFUL, OUTLINE_OPEN };
enum { APP_AHEAD = 64 };

struct app_calendar {  /* what is chosen on an event-history calendar */
    size_t event;      /* place in the list of events */
    unsigned edge;     /* enum event_edge */
    bool open;         /* it was opened from a question */
    bool chosen;       /* false: the first event that lacks something is chosen */
    int earlier_years; /* shown in addition */
};

struct app_view {         /* page.c: the interview's page; reset when another page is shown */
    struct node *refused; /* the question whose answer was refused, and why */
    enum answer_result refusal;
    bool refused_now;           /* not yet scrolled into view */
    unsigned refused_edit;      /* edit.changes then: newer typing is not refused yet */
    const struct node *reached; /* question just reached on a page of several */
    /* a field that does not open by itself, so that its question is read first */
    const struct node *field_waits;
    bool advance;                         /* a quick answer was given: go to the next page */
    bool removed_notice;                  /* an entry was removed, and can be restored */
    bool blanks_told;                     /* the user was told that the list has blank entries */
    size_t removed_told;                  /* entries removed by a smaller count, as told last … */
    size_t removed_here;                  /* … of them on this page … */
    size_t removed_again;                 /* … and on the page that was left */
    int64_t typed_ms, journalled_ms;      /* last typing; when typing was journalled */
    enum outline_filter outline;          /* which questions SCREEN_OUTLINE lists */
    size_t opened_section;                /* 1, 2, …: its questions are listed; 0: none */
    int scroll;                           /* of the page from which the settings were opened */
    enum app_leave leaving;               /* leave as soon as the answer is on disk … */
    int64_t leaving_ms;                   /* … waiting since */
    struct app_calendar calendar;         /* calendar.c; reset when a page is entered */
    const struct node *table_left;        /* group.c: topic whose table was left; compared only */
    bool round_list;                      /* the round's chairs are shown as a list */
    const struct node *remove_sure;       /* entry whose removal was touched once; compared only */
    bool put_right;                       /* the next chair corrects the turn begun last */
    struct window_event ahead[APP_AHEAD]; /* keys typed meanwhile, for the next page */
    size_t ahead_count;
};

struct app_respondent {    /* screen_respondent.c */
    bool holds;            /* the respondent holds the device: only this block is shown */
    bool from_block;       /* SCREEN_HAND was opened from a page of the block, not before it */
    bool in_block, at_end; /* SCREEN_RETURN: may continue the block; the form ends after it */
};

struct app_sheets {       /* sheets.c */
    enum app_sheet shown; /* drawn last */
    int page_scroll;      /* of the page below */
    unsigned memo;        /* number of the memo being written */
    char quote[256];      /* path of the question for the words of the quote marked last; "" */
    char about_words[64];
    char looked_at[256]; /* URI of the picture that fills the sheet */
    float zoom;          /* 1: fits the sheet */
    bool panned;         /* a finger drags the picture; its last position: */
    int pan_x, pan_y;
};

enum { APP_PICTURES = 24 };
struct app_picture {
    char name[112]; /* size and file */
    struct picture picture;
    uint64_t used, key;
};
struct app_pictures { /* form_media.c: decoded pictures */
    struct app_picture cache[APP_PICTURES];
    uint64_t clock, key;
};

struct app_search { /* search.c: a search whose keyboard was closed */
    char text[128], id[UI_ID_MAX];
};

struct app_named { /* a file in the root folder of a medium */
    size_t medium; /* index into sticks.media */
    const char *name;
};
struct app_sticks { /* tasks.c: media and the files on them; screen_medium.c: the folder shown */
    struct medium media[MEDIA_MAX]; /* as found last */
    size_t media_count;
    struct arena named_arena;
    struct app_named *named; /* the files searched for */
    size_t named_count;
    void (*look_again)(struct app *app); /* the page follows plugging and unplugging, or NULL */
    bool changed;        /* media changed: look again as soon as nothing else runs */
    struct disks *disks; /* mounts and ejects media; borrowed, or NULL */
    char folder[256];    /* the folder shown; "": the list of media */
    struct arena folder_arena;
    const char **folders; /* its subfolders; NULL: unreadable */
    size_t folder_count;
};

/* A background task (platform/machine/task.h): work on a stick or card, or long work, during
 * which the screen stays responsive. */
struct app_task {
    enum string_id what; /* shown when it takes long */
    task_work *work;
    void *context; /* owned by the task from its beginning */
    task_drop *drop;
    /* On the screen's thread, at once or later; never if the task was abandoned.  Does not free
     * the context. */
    void (*end)(struct app *app, void *context, bool ok, const struct err *err);
    struct progress *progress; /* in the context, or NULL */
    enum string_id unit;       /* of the progress */
    bool ours;                 /* on the device's own disk: waited for, never abandoned */
    bool stops;                /* ours, but can be stopped */
    struct task *task;         /* NULL: no task runs */
    int64_t since_ms;          /* of the last progress, or the start */
    size_t seen_done;
};

enum loading { LOADING_CHOOSE, LOADING_ASK, LOADING_DONE };
struct app_exchange {               /* screen_exchange.c, screen_load.c: handing over and loading */
    struct writer_pending *pending; /* the job that runs, or NULL */
    struct writer_pending *locking; /* the device's lock, waiting behind it, or NULL */
    size_t seen_done;               /* progress when it moved last … */
    int64_t moved_ms;               /* … and when that was */
    int64_t locking_ms;             /* when the screen was locked */
    int64_t soft_until_ms;          /* until when a PIN is enough after that lock */
    char folder[256];
    struct progress progress;
    bool done; /* handed over: */
    struct export_report exported;
    enum loading step;
    struct load_find found; /* on the medium */
    struct load_report loaded;
    struct app_form before[APP_FORMS_MAX], coming[APP_FORMS_MAX]; /* forms before and after */
    size_t before_count, coming_count;
};

struct app_locks {              /* locks.c */
    struct device_locks device; /* as read last */
    bool before;                /* since the program began: a PIN would have helped */
};

struct recorder;
struct microphone;
struct app_sound {           /* sound.c */
    struct recorder *kept;   /* goes on while the interview is closed by the lock, or NULL */
    struct microphone *test; /* is being tested, or NULL: */
    uint8_t ended;           /* enum journal_why: `kept` was ended under the lock … */
    uint8_t ended_id[16];    /* … this recording … */
    int64_t ended_ms;        /* … after so long */
    bool deleting;           /* the recording of the whole interview: a second tap does it */
    bool test_deaf;          /* it could not be opened */
    int level;               /* percent, as heard last */
    int64_t test_until_ms, heard_ms;
};

struct app_loop { /* loop.c */
    int64_t last_input_ms;
    int64_t arrived_ms;                    /* when this screen came into view */
    int64_t event_us, shown_us, posted_us; /* times for the robot */
    bool blind;                            /* build without painting */
    bool asleep;  /* the machine is about to sleep: nothing is painted, no touch counts */
    bool covered; /* the window is hidden: nothing is painted */
    struct sleep_watch *watch; /* delays sleep until everything is saved, or NULL */
};

struct question_kinds;

struct app {
    struct ui ui;
    struct keyboard keyboard;
    struct app_options options;
    struct app_looks looks;
    struct writer *writer;       /* NULL: no device yet */
    struct interview *interview; /* NULL: none is open */
    const struct screen_row *screens;
    enum screen screen, from; /* from: the screen before it */
    void *state;              /* of the screen's family: app_state() */
    enum app_sheet sheet;
    struct app_sheets sheets;
    struct task *aloud; /* aloud.c: a text that becomes speech; NULL: none */
    struct app_message message;
    struct app_home home;
    struct app_opening opening;
    struct app_view view;
    struct app_respondent respondent;
    struct question_kinds *kinds; /* app/questions/question.h */
    struct app_pictures pictures;
    struct app_search search;
    struct app_sticks sticks;
    struct app_task task;
    struct app_exchange exchange;
    struct app_locks locks;
    struct app_sound sound;
    struct app_loop loop;
};

/* ---- messages ---- */

void app_say_text(struct app *app, const char *text, bool good);
void app_say(struct app *app, enum string_id id); /* shows a warning */
void app_say_good(struct app *app, enum string_id id);
void app_trouble(struct app *app, const struct err *err); /* shows an error with a hint */
void app_message(struct app *app);                        /* draws the message, if any */
void app_wait(struct app *app, enum string_id what);      /* shows a wait message at once */
void app_wait_box(struct app *app, enum string_id what);  /* draws it into the page */

/* ---- small things that many pages show; texts are valid until the next build ---- */

void app_close_sheet(struct app *app);
const char *app_date(struct app *app, int64_t wall_ms); /* dd.MM.yyyy HH:mm */
const char *app_media_name(const char *path);
/* Control words in the script of the interface. */
const char *app_words(struct app *app, const char *words);
/* The same, for comparing or copying: large, numbered, in two columns (three in landscape)
 * read downwards. `note` (may be NULL) explains them. */
void app_show_words(struct app *app, const char *words, const char *note);

/* ---- home.c ---- */

/* Fills `out` from the head of the form. False: the form cannot be read. */
bool app_read_form(struct app_form *out, const struct package *package);
void app_about_no_case(struct app *app); /* the next interview is about no case */
bool app_load_home(struct app *app);
/* Goes to SCREEN_HOME; before the enrolment is answered, to SCREEN_FIRST_REQUEST. */
void app_go_home(struct app *app);
/* Takes ownership of a device: starts its writer. */
void app_take_device(struct app *app, struct device *device);
/* Reads the device's locks into app->locks. */
void app_look_locks(struct app *app);
/* Stores the draft's progress and label for the list of drafts.  If that fails, the list only lacks
 * them. */
void app_write_left(struct app *app, struct device_draft *draft);

/* ---- settings.c ---- */

void app_settings_read(struct app *app);
void app_settings_write(struct app *app);

#endif
