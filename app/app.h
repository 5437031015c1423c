/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_APP_H
#define APP_APP_H
/*
 * app: state shared by all screens, and navigation between them.
 *
 *   FIRST_* ─enrolled▶ HOME ◀─passphrase, PIN─ UNLOCK ◀─lock, idle, start─ any
 *   SETTINGS ─travel lock▶ TRAVEL ─the coordinator's answer▶ HOME
 *   HOME ─▶ FORMS ─▶ INTERVIEW ◀▶ OUTLINE, FINISH ─▶ SEALED ─▶ HOME
 *   HOME ─▶ HAND_OVER, LOAD, SETTINGS
 *
 * A screen is one function, screen_NAME(app), that builds the page. A sheet (enum app_sheet)
 * covers the page below it. At most one sheet is open.
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
    SCREEN_TRAVEL, /* screens up to SCREEN_UNLOCK show no survey data and have no idle lock */
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
    uint8_t signer[32]; /* the author's public key */
};

enum { APP_FILES = 60, APP_INK = 6000 };
struct app_file { /* a file found on a stick or card */
    char path[300], name[80];
    uint64_t size;
    int64_t time; /* s */
};

struct app;
struct app_named { /* a file in the root folder of a medium */
    size_t medium; /* index in app->media */
    const char *name;
};

/* A background task (platform/machine/task.h): work on a stick or card, or long work, during which
 * the screen stays responsive. */
struct app_task {
    enum string_id what; /* message shown if it takes long */
    task_work *work;
    void *context; /* context, owned by the task once it has begun */
    task_drop *drop;
    /* Called on the screen's thread, possibly before app_task() returns. Not called if the
     * task was abandoned. It frees nothing: `drop` frees the context afterwards. */
    void (*end)(struct app *app, void *context, bool ok, const struct err *err);
    struct progress *progress; /* part of the context, or NULL */
    enum string_id unit;       /* what `progress` counts */
    bool ours;                 /* work on the device, not on a stick: never abandoned */
    bool stops;                /* with `ours`: the user can stop it */
    struct task *task;         /* NULL: no task is running */
    int64_t since_ms;          /* when it last made progress, or began; monotonic ms */
    size_t seen_done;
};

enum { APP_PICTURES = 24 };
struct app_picture {
    char name[112]; /* size and file name */
    struct picture picture;
    uint64_t used, key;
};

/* A long list of choices, cached between builds, with the labels folded for searching. Draw
 * commands point into it, so it is freed only between two builds. */
enum { APP_LISTS = 4 };
struct long_list {
    const struct node *node; /* NULL: to be freed */
    bool fixed;              /* true: depends on the language only; else, too: */
    uint64_t ticket;         /* journal ticket when gathered: a later answer may change the list */
    int64_t minute;          /* monotonic minute when gathered: the time may change the list */
    char language[LANGUAGE_NAME];
    unsigned pass; /* number of the build that last used it */
    struct arena arena;
    struct choice *choices;
    size_t count, codes;                   /* codes: how many choices are "no answer" codes */
    bool fallback;                         /* a label is not translated */
    const char **exacts, **keys, **sounds; /* lower case, folded, phonetic; NULL: not computed */
    uint8_t *ranks;                        /* each choice's rank for the search in `ranked` */
    char ranked[128];                      /* the search text, lower case */
    uint32_t *order; /* indexes of the matches, best first; NULL: not computed */
    size_t ordered;
    uint32_t *late; /* indexes of the chosen ones beyond those shown */
    size_t late_count;
    bool late_known; /* `late` is valid for the answer in late_of */
    char late_of[256];
};

struct app {
    struct ui ui;
    struct keyboard keyboard;
    struct writer *writer;            /* NULL until a device exists */
    const char *data_dir, *media_dir; /* media_dir: one fixed folder, or NULL */
    uint32_t memory_kib;              /* Argon2id at enrolment */
    enum screen screen;
    enum app_sheet sheet, sheet_shown; /* requested; last drawn */
    int page_scroll;                   /* px, of the page below the sheet */
    int interview_scroll;              /* px, of the page from which the settings were opened */
    bool night;
    bool quiet; /* nothing is read aloud without a request */
    bool apart; /* interface and question languages change independently */
    int64_t last_input_ms;
    int64_t arrived_ms; /* when this screen, or its confirmation sheet, appeared; monotonic ms */

    char message[600]; /* message on the page, in the user's language */
    bool message_good;
    bool message_fresh; /* not scrolled into view yet */

    /* home */
    struct device_draft drafts[VAULT_DRAFTS];
    size_t draft_count;
    struct device_waiting waiting;
    uint64_t overdue_s;
    bool clock_doubt;        /* the clock is earlier than newest_ms */
    int64_t newest_ms;       /* newest time known to this device, wall ms */
    uint8_t clock_form[32];  /* package to be started after the clock warning */
    uint64_t epoch, epoch_s; /* the catalogue's number; when it was signed, s */
    struct app_form forms[APP_FORMS_MAX];
    size_t form_count;
    struct app_form before[APP_FORMS_MAX], coming[APP_FORMS_MAX]; /* before and after a load */
    size_t before_count, coming_count;

    /* interview */
    struct interview *interview;
    bool handed;           /* the respondent holds the device: only the block is shown */
    bool hand_here;        /* SCREEN_HAND was opened from a page inside the block */
    bool in_block, at_end; /* SCREEN_RETURN: the block may continue; the form ends after it */
    bool removed_notice;
    enum outline_filter outline; /* questions listed by the outline */
    size_t opened_section;       /* section whose questions are listed, from 1; 0: none */
    enum answer_result refusal;
    struct node *refused;  /* the question whose answer was refused */
    bool blanks_told;      /* the user knows that the list has blank entries */
    struct node *cleared;  /* question whose ticks a "no answer" code just cleared */
    char *cleared_ticks;   /* those ticks; owned, wiped when the page is left */
    bool refused_now;      /* not scrolled into view yet */
    unsigned refused_edit; /* ui.edit.changes at the refusal: any edit clears the refusal */
    int64_t typed_ms, journalled_ms;
    const struct node *dated; /* question whose calendar shows the month below */
    int month_shown, year_shown;
    const struct node *picks_year;      /* question whose calendar shows years to choose */
    const struct node *opened;          /* question whose drop-down list is open */
    bool advance;                       /* a quick answer was given: go to the next page */
    size_t removed_told;                /* entries removed by a smaller count, as last reported */
    size_t removed_here, removed_again; /* those reported on this page; on the previous page */
    const struct node *reached;         /* question just reached on a page of several */
    const struct node *field_waits;     /* question whose field opens only on a key press */
    enum app_leave leaving; /* direction, once the answer is on disk; no touch counts till then */
    int64_t leaving_ms;     /* start of the wait, monotonic ms */
    struct window_event ahead[APP_AHEAD]; /* keys typed during the wait, for the next page */
    size_t ahead_count;
    struct app_file found[APP_FILES];
    size_t found_count;
    bool found_more;        /* more files exist than are listed */
    struct node *file_node; /* the question a file is chosen for */
    int16_t ink[APP_INK]
               [2]; /* points, 1/10000 of the field's size; x = INT16_MIN: end of a stroke */
    size_t ink_count;
    int ink_w, ink_h;
    struct node *ink_node;     /* the question being drawn, or NULL */
    bool ink_fresh, ink_wiped; /* not saved yet; saved drawing erased on screen */
    int64_t ink_ms;            /* time of the last point, monotonic ms */
    struct long_list lists[APP_LISTS];
    unsigned pass;
    struct app_picture pictures[APP_PICTURES];
    unsigned memo; /* number of the memo being written */
    char about_words[64];
    char looked_at[256]; /* URI of the picture in SHEET_PICTURE */
    float zoom;          /* magnification; 1: fits the sheet */
    bool panned;         /* a finger is dragging it; last position: */
    int pan_x, pan_y;
    uint64_t picture_clock, picture_key;
    char filter[128], filter_id[UI_ID_MAX]; /* search text whose keyboard was closed; its field */
    uint32_t sealed_number;
    uint8_t sealed_form[32]; /* hash of its package */

    /* exchange */
    struct medium media[MEDIA_MAX]; /* as found by the last search */
    size_t media_count;
    void (*look_again)(struct app *app); /* called when a medium came or went, or NULL */
    bool media_changed;                  /* look_again is due once no task runs */
    struct disks *disks;                 /* mounts and ejects media, or NULL; borrowed */
    bool kiosk;                          /* no desktop: SCREEN_MACHINE is offered, sleeping locks */
    struct machine_page *machine;        /* state of SCREEN_MACHINE, or NULL */
    struct arena named_arena;
    struct app_named *named; /* the files found on the media */
    size_t named_count;
    struct app_task task;      /* the background task, if any */
    char folder[256];          /* folder being browsed; "": the list of media is shown */
    struct arena folder_arena; /* owns `folders`, read when the folder was opened */
    const char **folders;      /* NULL: the folder cannot be read */
    size_t folder_count;
    bool exchanged; /* the hand-over succeeded */
    struct export_report exported;
    enum loading load;
    struct load_find found_load; /* what the medium offers for loading */
    struct load_report loaded;
    struct writer_pending *transfer; /* hand-over or load in progress, or NULL */
    struct writer_pending *locking;  /* lock that waits for `task` to end, or NULL */
    size_t transfer_done;            /* progress when it last moved */
    int64_t transfer_ms,
        locking_ms;        /* when it last moved; when the screen was locked; monotonic ms */
    int64_t soft_until_ms; /* until when a PIN unlocks, monotonic ms */
    char transfer_folder[256];
    struct progress progress;

    /* unlock, first run */
    struct device_locks locks; /* as last read */
    bool locked_before;        /* since the program started: suggest a PIN */
    enum travel_step travel;
    bool travel_again;      /* no answer for this passphrase: offer its request again */
    enum screen pin_from;   /* the screen that opened SCREEN_PIN */
    bool unsealed;          /* sealing failed during a lock */
    const uint8_t *opening; /* id of the draft a task is opening, or NULL */
    bool unwritten;         /* the last answers before the lock could not be written */
    bool to_resume;         /* resume the draft resume_id after unlocking */
    uint8_t resume_id[16];
    bool show_pass;
    char suggested[64];
    char invite_path[300];
    struct buf invite_bytes, request;

    /* timing for the test robot, monotonic µs */
    int64_t event_us, shown_us, posted_us;
    bool blind;                /* pages are built, but not painted */
    bool asleep;               /* the machine is about to sleep: no painting, touches ignored */
    bool covered;              /* the window is hidden: no painting */
    struct sleep_watch *watch; /* delays sleep until everything is saved, or NULL */
};

void app_go(struct app *app, enum screen screen);
void app_say_text(struct app *app, const char *text, bool good);
void app_say_anew(struct app *app);               /* for a new language: message and keyboard */
void app_say(struct app *app, enum string_id id); /* shows a warning */
void app_say_good(struct app *app, enum string_id id);
void app_trouble(struct app *app, const struct err *err); /* shows an error with a hint */
/* The reason for a refusal: the form's own message, or a standard one. app_refusal shows it
 * beside the question. */
const char *app_refusal_words(struct app *app, struct arena *arena, struct node *node,
                              enum answer_result why);
void app_refusal(struct app *app, struct node *node, enum answer_result why);
void app_message(struct app *app, int x, int *y, int w); /* draws the message, if any */
/* The memo sheet: memos on the page shown. */
bool memo_is_here(const struct app *app); /* does this page have a memo? */
void memo_open(struct app *app);
void memo_close(struct app *app);
void memo_keep(struct app *app); /* saves the text typed so far, if the sheet is open */
bool memo_is_open(const struct app *app);
void memo_sheet(struct app *app, int x, int *y, int w);
/* The draft's label. Only the interviewer sees it; it never leaves this device. */
void label_open(struct app *app);
void label_close(struct app *app);
void label_keep(struct app *app); /* saves the text typed so far, if the sheet is open */
bool label_is_open(const struct app *app);
void label_sheet(struct app *app, int x, int *y, int w);
void app_label_draft(struct app *app, const char *text);
/* Opens the field that waits (field_waits) when a key is typed. */
void screen_open_waiting(struct app *app);
void screen_reopen_typed(struct app *app); /* restores text typed but not submitted */
void app_watch_transfer(struct app *app);  /* builds the page shown during `task` */
/* Fills `out` from the head of the form. False: the form cannot be read. */
bool app_read_form(struct app_form *out, const struct package *package);
void app_wait(struct app *app, enum string_id what); /* shows a wait message at once */
/* Locks. If a PIN was chosen, the PIN unlocks for a while. Unlocking reopens the interview. */
void app_lock(struct app *app);
void app_lock_hard(struct app *app); /* full lock: only the passphrase unlocks */
/* Locks during a task: the screen at once, the device as soon as the task lets it. */
void app_lock_behind(struct app *app);
void app_forget_titles(struct app *app); /* also names of media and files; called at a lock */
void app_look_locks(struct app *app);
/* Sets the interface language; also the questions' language, unless app->apart. */
void app_language(struct app *app, enum ui_language language);
/* Sets the questions' language by code; also the interface language, unless app->apart. */
void app_question_language(struct app *app, const char *code);
/* Lists the languages of the form's questions, those of the interface first and in its
 * order. Each element is a language code, or the form's own name for the language; borrowed.
 * Returns the count. */
enum { APP_LANGUAGES = FORM_LANGUAGES_MAX + UI_LANGUAGE_COUNT };
size_t app_question_languages(const struct app *app, const char *codes[APP_LANGUAGES]);
/* The text on a language's button, and the language's name; valid until the next build. */
const char *app_language_sign(struct app *app, const char *code);
const char *app_language_name(struct app *app, const char *code);
void app_follow_keys(struct app *app); /* sets the keyboard to the questions' language */
/* Appearance, language and handedness. Stored beside the vault; not secret. */
void app_settings_read(struct app *app);
void app_settings_write(struct app *app);
bool app_load_home(struct app *app);
/* Goes to SCREEN_HOME; before the enrolment is answered, to SCREEN_FIRST_REQUEST. */
void app_go_home(struct app *app);

/* ---- background tasks: no call waits longer than a moment for a stick; callers return
 * after it ---- */
void app_task(struct app *app, const struct app_task *task);
void app_leave_task(struct app *app);
void app_watch_task(struct app *app); /* builds the page shown during the task */
int app_task_timeout(const struct app *app);
/* Finds media (app->media) and the files on them with this ending (app->named; NULL: no
 * files). */
void app_find_media(struct app *app, const char *ending);
void app_forget_named(struct app *app);
/* Reads a file up to the given size and lends it to `then`. If it cannot be read, `then` is
 * not called and the error is shown. */
typedef void app_file_read(struct app *app, const char *path, const struct buf *bytes);
void app_read_file(struct app *app, const char *path, size_t max, app_file_read *then);
/* Writes a small file into a folder, or (NULL) onto every medium present. Shows the result. */
void app_write_file(struct app *app, const char *folder, const char *name, const struct buf *bytes);

const char *app_date(struct app *app, int64_t wall_ms); /* dd.MM.yyyy HH:mm */
const char *app_media_name(const char *path);
/* Control words in the script of the interface; valid until the next build. */
const char *app_words(struct app *app, const char *words);
/* The same, for comparing or copying: large, numbered, in two columns (three in landscape)
 * read downwards. `note` (may be NULL) explains them. */
void app_show_words(struct app *app, const char *words, const char *note, int x, int *y, int w);

/* The picture behind jr://images/…, reduced to at most this size. NULL: there is none.
 * Borrowed until other pictures are requested. */
const struct picture *app_picture(struct app *app, const char *uri, int max_w, int max_h);
/* A drawing attached to this interview. */
const struct picture *app_own_picture(struct app *app, const char *name, const struct buf *bytes,
                                      int max_w, int max_h);
void app_stretch_picture(struct app *app, struct rect r, const struct picture *picture);
void app_show_picture(struct app *app, int x, int y, const struct picture *picture);
void app_pictures_forget(struct app *app);
/* Plays the sound behind jr://audio/…, or stops the one that is playing. */
void app_listen(struct app *app, const char *uri);
bool app_has_sound(struct app *app, const char *uri);

/* These three run as background tasks (above), so they may end after the call. They show the
 * result. */
void app_start_interview(struct app *app, const uint8_t package_hash[32]);
void app_resume(struct app *app, const struct device_draft *draft);
void app_seal(struct app *app);
void seal_sheet(struct app *app, int x, int *y, int w); /* asks for confirmation, then seals */
void app_put_away(struct app *app); /* saves what is typed and drawn; waits for the disk */
/* Counts the questions asked below the node, the answers, and the answers that are "no
 * answer" codes. */
void app_count_answers(const struct node *node, unsigned *questions, unsigned *answers,
                       unsigned *without);
void app_leave_interview(struct app *app); /* saves typing and drawing, then closes it */
/* Closes the interview, sealed or put aside, and wipes it from memory. */
void app_drop_interview(struct app *app);

/* ---- screens ---- */
void screen_first(struct app *app);
void screen_unlock(struct app *app);
void screen_home(struct app *app);
void screen_forms(struct app *app);
void screen_interview(struct app *app);
/* "Entry 2 · Osh": the entry's number and its first answer, other than the answer to `but`.
 * Valid until the next build. */
const char *roster_entry_name(struct app *app, struct node *entry, const struct node *but);
/* Draws a roster's page: its entries, with buttons to add, remove and restore. */
void roster_show(struct app *app, int x, int *y, int w);
/* Blank entries hold the page once, with a message. True: they hold it now. */
bool roster_holds(struct app *app);
/* Submits what is typed. If it is refused, keeps it as unfinished typing: the page may
 * always be left this way. */
void commit_or_keep(struct app *app);
/* To be called when the interview's page changed: clears field and message, restores
 * unfinished typing. */
void screen_arrive(struct app *app);
/* ---- the respondent's own screen: groups with the appearance respondent-screen ---- */
bool respondent_block(const struct page *page);
/* Enlarges text while the respondent holds the device. Returns the scale to restore. */
float respondent_text(struct app *app);
void screen_hand(struct app *app);
void screen_return(struct app *app);

/* ---- the travel lock ---- */
void travel_sheet(struct app *app, int x, int *y, int w);
void screen_travel(struct app *app);
/* After a long idle time, travel pages that show secrets go back to their first step. */
bool travel_shows_secrets(const struct app *app);
void travel_put_away(struct app *app);

/* ---- the PIN of the soft lock ---- */
void screen_pin(struct app *app);
void pin_field(struct app *app, int x, int *y, int w, bool masked);
/* Makes the typed digits the PIN. False: refused, and the reason is shown. */
bool pin_keep_typed(struct app *app);
enum pin_result { PIN_RIGHT, PIN_WRONG /* reported to the user */, PIN_SPENT };
enum pin_result pin_try_typed(struct app *app);

void screen_outline(struct app *app);
void screen_finish(struct app *app);
void screen_sealed(struct app *app);
void screen_hand_over(struct app *app);
void screen_load(struct app *app);
void screen_settings(struct app *app);
/* ---- settings that a desktop would offer (platform/machine/desktop.h) ---- */
void machine_open(struct app *app);
void machine_close(struct app *app);
void screen_machine(struct app *app);
/* Warns before an interview is started with a wrong clock. */
void clock_sheet(struct app *app, int x, int *y, int w);
/* One row per interface language. True: another language was chosen. */
bool interface_languages(struct app *app, int x, int *y, int w);
void sheet_show(struct app *app);
void about_open(struct app *app);

/* ---- shared by handing over and loading ---- */
void exchange_begin(struct app *app, writer_job *job);
/* Draws the rest of a page that asks for a medium. Choosing one starts the job. */
void exchange_choose(struct app *app, int x, int y, int w, writer_job *job);
bool exchange_leave(struct app *app); /* closes the folder, or goes home; true: done */
/* Shows how many files were refused, by verdict; and the reason for one refusal, for the
 * coordinator. */
void exchange_refused(struct app *app, int x, int *y, int w, const unsigned of[LOAD_VERDICTS]);
void exchange_why(struct app *app, int x, int *y, int w, const struct err *why);
void load_ended(struct app *app);  /* called when the task of SCREEN_LOAD has ended */
void load_forget(struct app *app); /* frees what was found; not allowed while a task runs */

/* ---- a stick, a card or a folder ---- */
/* Called on the screen's thread when media changed or one is being ejected. */
void medium_changed(struct app *app);
/* Warns of media that were inserted but cannot be read. */
void medium_trouble(struct app *app, int x, int *y, int w);
/* Draws "Take out" for the medium at `path`, if it can be ejected. */
void medium_out(struct app *app, const char *path, int x, int *y, int w);
/* The chosen folder; NULL: none yet. `copies`: choosing starts a copy at once, and the
 * buttons say so. */
const char *medium_choose(struct app *app, int x, int *y, int w, bool copies);
/* Call after the body: a bar that chooses the folder being browsed; its path, or NULL. */
const char *medium_bar(struct app *app);
int medium_bottom(const struct app *app);
bool medium_leave(struct app *app);  /* closes the folder being browsed; false: none is */
void medium_forget(struct app *app); /* called at a lock */

/* ---- searching: forms, sections, choices; ids begin with "search" ---- */
void search_field(struct app *app, const char *id, int x, int *y, int w);
/* The search text as typed; "" = none. Borrowed. */
const char *search_typed(const struct app *app, const char *id);
struct search_for {
    const char *exact;    /* lower case */
    const char *needle;   /* folded */
    bool plain;           /* exact and needle are equal */
    const char *sound;    /* phonetic; "" if it would match too much */
    const char *surnames; /* its words without surname endings, phonetic; or "" */
};
/* Valid until the next build. */
struct search_for search_for(struct app *app, const char *typed);
/* How well a label matches. As typed: 10 equal, 9 the label starts with it, 8 a word of the
 * label does, 7 the label contains it. Folded: 6 to 3 in the same order. 2: it sounds alike.
 * 1: another form of the surname sounds alike. 0: no match. An empty search ranks every
 * label SEARCH_RANKS. */
enum { SEARCH_RANKS = 10 };
unsigned search_ranks(const struct search_for *what, const char *label);
/* The same, given the label's text_exact, text_fold and text_skeleton. */
unsigned search_rank(const char *exact, const char *key, const char *skeleton,
                     const struct search_for *what);
/* Closes the keyboard; the search stays. */
void search_keep(struct app *app);
/* search_bottom: y of the page's end above the search keyboard, or `otherwise` while nothing
 * is searched. search_keyboard: draws that keyboard; false while nothing is searched. */
int search_bottom(struct app *app, int otherwise);
bool search_keyboard(struct app *app);

/* ---- questions: draw from *y on, inside the body ---- */
void question_show(struct app *app, const struct page *page, int x, int *y, int w, bool label);
/* question_keys: how the keyboard opens for a question. question_keyboard: the keyboard that
 * the page needs now; false: none. */
enum keyboard_start question_keys(const struct node *node); /* NULL: START_OWN */
bool question_keyboard(struct app *app, const struct page *page, enum keyboard_kind *kind);
/* The answer as displayed: labels of choices, grouped digits, a local date. */
const char *question_value(struct app *app, const struct page *page);
/* Id of a question's field; valid until the next build. */
const char *question_field(struct app *app, const struct node *node);
/* Submits what is being typed. False: it was refused, so the page stays. */
bool question_commit(struct app *app);
/* The question being typed at, or NULL. */
struct node *question_typed(struct app *app);
/* Does the field take names and sentences, not codes? */
bool question_is_prose(const struct node *node);
/* Does the field take line breaks? */
bool question_is_many_lines(const struct node *node);
/* Is only half of the answer given? Then *missing is the message to show. */
bool question_is_half(const struct app *app, const struct node *node, enum string_id *missing);
bool question_searching(const struct app *app);
/* Saves an unsaved drawing as the answer. False: it could not be saved. */
bool question_commit_ink(struct app *app);
void question_forget_ink(struct app *app);
/* Saves a drawing after a short pause. Returns the ms until then, or -1. */
int question_rest_ink(struct app *app);
void question_files_sheet(struct app *app, int x, int *y, int w);
void app_close_sheet(struct app *app);
/* Draws all questions of a page that has several. */
void question_show_fields(struct app *app, int x, int *y, int w);

/* ---- the main loop, and its steps for callers that drive it themselves ---- */

struct app_options {
    const char *data_dir, *media_dir; /* borrowed; media_dir: one fixed folder, or NULL */
    uint32_t memory_kib;
    bool night, kiosk;
    float text_scale;          /* 0: the stored setting */
    enum ui_language language; /* UI_LANGUAGE_COUNT: the stored setting */
};
/* `device` NULL: not enrolled yet. Borrows the window, takes ownership of the device. */
void app_begin(struct app *app, struct window *window, struct device *device,
               const struct app_options *options);
void app_take_device(struct app *app, struct device *device);       /* after enrolment */
struct device *app_end(struct app *app);                            /* gives the device back */
bool app_handle(struct app *app, const struct window_event *event); /* true: redraw */
void app_draw(struct app *app);
int app_run(struct app *app, int robot_fd);

#endif
