/* SPDX-License-Identifier: Apache-2.0 */
/* Opens the window, translates SDL's events, and shows frames. */
#include "platform/machine/window.h"

#include <assert.h>
#include <SDL2/SDL.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "platform/machine/secret.h"
#include "platform/machine/text.h"
#include "platform/machine/window_internal.h"

/* ---- opening ---- */

/* SDL's video drivers in the order they are tried.  SDL reports only "not available": `missing`
 * is the reason if `env` is unset, `silent` if it is set. */
static const struct driver {
    const char *name, *shown_as, *env, *missing, *silent;
} drivers[] = {
    {"wayland", "Wayland", "WAYLAND_DISPLAY", "WAYLAND_DISPLAY is not set",
     "no compositor answers at WAYLAND_DISPLAY in XDG_RUNTIME_DIR"},
    {"x11", "X11", "DISPLAY", "DISPLAY is not set", "no server lets this user in at DISPLAY"},
    {"KMSDRM", "console", NULL, NULL, "no screen at /dev/dri that this user may take"},
};

static const char *reason(const struct driver *d, const struct err *why)
{
    const char *env = d->env ? SDL_getenv(d->env) : "";
    if (d->env && (!env || !*env)) {
        return d->missing;
    }
    return strstr(why->what, "not available") ? d->silent : why->what;
}

static void add_reason(struct buf *reasons, const char *name, const char *why)
{
    buf_join(reasons, reasons->len ? "; " : "", name, ": ", why, NULL);
}

static bool is_driver(const char *name)
{
    const char *now = SDL_GetCurrentVideoDriver();
    return now && SDL_strcasecmp(now, name) == 0;
}

/* True if the window should fill the screen: always on Wayland and the console; on X11 unless
 * the screen is larger than the window. */
static bool fills_screen(const struct window_options *o, SDL_Rect *screen)
{
    if (o->windowed || SDL_GetDisplayBounds(0, screen) != 0) {
        return false;
    }
    int longer = screen->w > screen->h ? screen->w : screen->h,
        shorter = screen->w + screen->h - longer;
    int asked = o->w > o->h ? o->w : o->h;
    return is_driver("wayland") || is_driver("KMSDRM") ||
           (is_driver("x11") && longer <= asked && shorter <= o->w + o->h - asked);
}

static bool open_output(struct window *w, struct err *err)
{
    if (is_driver("wayland")) {
        w->wayland = wayland_open(w->sdl, err);
        return w->wayland != NULL;
    }
    w->renderer = SDL_CreateRenderer(w->sdl, -1, SDL_RENDERER_SOFTWARE);
    if (!w->renderer) {
        return err_set(err, ERR_ENV, "%s", SDL_GetError());
    }
    /* fills are opaque; blending them would cost as much as all texts */
    SDL_SetRenderDrawBlendMode(w->renderer, SDL_BLENDMODE_NONE);
    if (is_driver("KMSDRM")) {
        w->console = console_open();
        SDL_ShowCursor(SDL_DISABLE); /* shown when a mouse moves */
    }
    return true;
}

static void close_output(struct window *w)
{
    window_paint_forget(w);
    if (w->renderer) {
        SDL_DestroyRenderer(w->renderer);
    }
    SDL_FreeSurface(w->surface);
    wayland_close(w->wayland);
    console_close(w->console);
    if (w->sdl) {
        SDL_DestroyWindow(w->sdl);
    }
    w->renderer = NULL;
    w->surface = NULL;
    w->wayland = NULL;
    w->console = NULL;
    w->sdl = NULL;
    SDL_Quit();
}

static void set_hints(const struct window_options *o)
{
    /* otherwise a "software" window loads all of Mesa (95 MiB, 95 ms); the console needs it */
    SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, is_driver("KMSDRM") ? "1" : "0");
    SDL_SetHint(SDL_HINT_VIDEO_WAYLAND_ALLOW_LIBDECOR, o->windowed ? "1" : "0");
    SDL_SetHint(SDL_HINT_MOUSE_TOUCH_EVENTS, "0");
    SDL_SetHint(SDL_HINT_TOUCH_MOUSE_EVENTS, "0");
    SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "1");
    SDL_SetHint(SDL_HINT_RENDER_SCALE_QUALITY, "0");
}

/* Find lib/suhbat/no-egl.so next to the program's folder: /usr/bin → /usr/lib, build/bin →
 * build/lib. */
static bool find_no_egl(char *path, size_t size)
{
    static const char tail[] = "/lib/suhbat/no-egl.so";
    ssize_t n = readlink("/proc/self/exe", path, size - 1);
    for (int up = 0; n > 0 && up < 2; up++) {
        path[n] = '\0';
        char *slash = strrchr(path, '/');
        n = slash ? slash - path : 0;
    }
    if (n <= 0 || (size_t)n + sizeof tail > size) {
        return false;
    }
    strcpy(path + n, tail);
    return access(path, R_OK) == 0;
}

/* Choose the EGL library: on Wayland our stub, because SDL 2.26 loads EGL whether it is used or
 * not (platform/machine/no_egl.c).  The console needs the real one. */
static void choose_egl(const char *driver)
{
    static const char *const variables[] = {"SDL_VIDEO_GL_DRIVER", "SDL_VIDEO_EGL_DRIVER"};
    static bool ours[sizeof variables / sizeof *variables];
    char path[512];
    bool wanted = driver && strcmp(driver, "wayland") == 0 && find_no_egl(path, sizeof path);
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        if (wanted && !SDL_getenv(variables[i])) { /* keep what the user set */
            ours[i] = SDL_setenv(variables[i], path, 1) == 0;
        } else if (!wanted && ours[i]) {
            unsetenv(variables[i]);
            ours[i] = false;
        }
    }
}

/* Open the window with `driver`; NULL: the one named by SDL_VIDEODRIVER. */
static bool open_with(struct window *w, const char *driver, const struct window_options *o,
                      struct err *err)
{
    SDL_Rect screen = {0, 0, o->w, o->h};
    Uint32 flags = SDL_WINDOW_RESIZABLE | SDL_WINDOW_SHOWN;
    if (driver) {
        SDL_SetHint(SDL_HINT_VIDEODRIVER, driver);
    }
    choose_egl(driver ? driver : SDL_getenv("SDL_VIDEODRIVER"));
    set_hints(o);
    if (SDL_Init(SDL_INIT_VIDEO) != 0) {
        return err_set(err, ERR_ENV, "%s", SDL_GetError());
    }
    set_hints(o); /* again: now the driver is known */
    if (is_driver("wayland")) {
        flags |= SDL_WINDOW_ALLOW_HIGHDPI;
    }
    if (fills_screen(o, &screen)) {
        flags |= SDL_WINDOW_FULLSCREEN_DESKTOP;
    } else {
        screen = (SDL_Rect){0, 0, o->w, o->h};
    }
    w->sdl = SDL_CreateWindow(o->title, screen.x, screen.y, screen.w, screen.h, flags);
    if (!w->sdl) {
        return err_set(err, ERR_ENV, "%s", SDL_GetError());
    }
    return open_output(w, err);
}

/* Enable text events without SDL_StartTextInput, which would show the desktop's on-screen
 * keyboard and pass typed text to its input methods.  SDL calls it itself when the window gets
 * the focus while text is enabled, so text is enabled only while the window has the focus. */
static void take_text(bool focused)
{
    SDL_StopTextInput();
    SDL_EventState(SDL_TEXTINPUT, focused ? SDL_ENABLE : SDL_DISABLE);
}

static bool open_any(struct window *w, const struct window_options *o, struct err *err)
{
    struct buf reasons = {0};
    struct err why = {0};
    const char *named = SDL_getenv("SDL_VIDEODRIVER");
    bool open = false;
    if (named && *named) {
        if (open_with(w, NULL, o, &why)) {
            return true;
        }
        close_output(w);
        err_set(err, ERR_ENV, "cannot open the screen: %s: %s", named, why.what);
        return err_hint(err, "SDL_VIDEODRIVER names it: unset it, and every way is tried");
    }
    for (size_t i = 0; i < sizeof drivers / sizeof *drivers && !open; i++) {
        const struct driver *d = &drivers[i];
        open = open_with(w, d->name, o, &why);
        if (!open) {
            close_output(w);
            add_reason(&reasons, d->shown_as, reason(d, &why));
        }
    }
    if (!open) {
        err_set(err, ERR_ENV, "cannot open the screen: %s", reasons.data);
    }
    buf_fini(&reasons);
    return open ||
           err_hint(err, "start it in a desktop or under weston or cage; on a bare console the "
                         "user must be in "
                         "the groups video and input, and Mesa installed (libgl1-mesa-dri)");
}

bool window_open(struct window **out, const struct window_options *o, struct err *err)
{
    assert(o->w > 0 && o->h > 0);
    struct window *w = mem_zero(1, sizeof *w);
    *out = NULL;
    w->wake = -1;
    if (!open_any(w, o, err)) {
        free(w);
        return false;
    }
    if (w->wayland || w->console) {
        w->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (w->wake < 0) {
            err_out_of_memory();
        }
    }
    w->told_event = SDL_RegisterEvents(2);
    w->blank_event = w->told_event + 1;
    w->scale = o->scale;
    w->desktop = o->desktop;
    take_text(false);
    *out = w;
    return true;
}

void window_close(struct window *w)
{
    if (w) {
        close_output(w);
        if (w->wake >= 0) {
            close(w->wake);
        }
        free(w);
    }
}

void window_size(const struct window *w, int *width, int *height)
{
    if (w->wayland) {
        SDL_GetWindowSizeInPixels(w->sdl, width, height);
    } else {
        SDL_GetRendererOutputSize(w->renderer, width, height);
    }
}

/* px per unit of SDL's mouse coordinates; more than 1 on a scaled Wayland display. */
static float unit_px(const struct window *w)
{
    int units, px, height;
    SDL_GetWindowSize(w->sdl, &units, NULL);
    window_size(w, &px, &height);
    return units > 0 ? (float)px / (float)units : 1;
}

/* At arm's length, 1 dp = 1/110 inch; the pages need 600 dp on the shorter side. */
static float desktop_scale(const struct window *w, int side, float unit)
{
    float dpi = 0, most = (float)side / 600.0f, scale = unit;
    if (SDL_GetDisplayDPI(SDL_GetWindowDisplayIndex(w->sdl), NULL, &dpi, NULL) == 0 &&
        dpi * unit / 110.0f > unit) {
        scale = dpi * unit / 110.0f;
    }
    scale = scale < most ? scale : most;
    return scale < 1 ? 1 : scale;
}

/* 1 dp = 1/160 inch.  A display that does not report its size gets 360 dp on its shorter side,
 * the minimum the pages are made for.  The compositor's scale is a minimum, because the user
 * chose it for reading. */
float window_scale(const struct window *w)
{
    int width, height;
    float dpi = 0, unit = unit_px(w);
    if (w->scale > 0) {
        return w->scale;
    }
    window_size(w, &width, &height);
    if (w->desktop) {
        return desktop_scale(w, width < height ? width : height, unit);
    }
    float by_size = (float)(width < height ? width : height) / 360.0f;
    if (SDL_GetDisplayDPI(SDL_GetWindowDisplayIndex(w->sdl), NULL, &dpi, NULL) == 0) {
        float by_dpi = dpi * unit / 160.0f; /* SDL has divided by the display's scale */
        if (dpi * unit >= 140) {
            by_dpi = by_dpi > unit ? by_dpi : unit;
            return by_dpi < by_size ? by_dpi : by_size;
        }
    }
    return by_size < 1 ? 1 : by_size;
}

/* ---- events ---- */

static enum window_key key_of(const SDL_Keysym *k)
{
    switch (k->sym) {
    case SDLK_TAB:
        return k->mod & KMOD_SHIFT ? KEY_BACKTAB : KEY_TAB;
    case SDLK_RETURN:
    case SDLK_KP_ENTER:
        return k->mod & KMOD_SHIFT ? KEY_LINE : KEY_ENTER;
    case SDLK_ESCAPE:
    case SDLK_AC_BACK:
        return KEY_ESCAPE;
    case SDLK_BACKSPACE:
        return KEY_BACKSPACE;
    case SDLK_DELETE:
        return KEY_DELETE;
    case SDLK_LEFT:
        return KEY_LEFT;
    case SDLK_RIGHT:
        return KEY_RIGHT;
    case SDLK_UP:
        return KEY_UP;
    case SDLK_DOWN:
        return KEY_DOWN;
    case SDLK_PAGEUP:
        return KEY_PAGE_UP;
    case SDLK_PAGEDOWN:
        return KEY_PAGE_DOWN;
    case SDLK_HOME:
        return KEY_HOME;
    case SDLK_END:
        return KEY_END;
    case SDLK_SPACE:
        return KEY_SPACE;
    default:
        return k->sym >= SDLK_F1 && k->sym <= SDLK_F12
                   ? (enum window_key)(KEY_F1 + (k->sym - SDLK_F1))
                   : KEY_NONE;
    }
}

/* Convert a contact; true if there is an event.  A second one is kept in w->next. */
static bool take_contact(struct window *w, const struct touch_contact *contact,
                         struct window_event *out)
{
    struct window_event events[TOUCH_EVENTS];
    int width, height;
    window_size(w, &width, &height);
    size_t count = touch_take(&w->touch, contact, width, height, events);
    if (count) {
        *out = events[0];
        w->next = count > 1 ? events[1] : (struct window_event){0};
    }
    secret_wipe(events, sizeof events);
    return count > 0;
}

/* SDL tells when it read a touch, not when it happened; that was after the input was last
 * empty.  On the console the kernel's time narrows this down; on X11 a touch can rarely be
 * called too short. */
static bool on_finger(struct window *w, const SDL_TouchFingerEvent *f, struct window_event *out)
{
    int64_t read_ms = (int64_t)SDL_GetTicks64() - (Uint32)(SDL_GetTicks() - f->timestamp);
    struct touch_contact contact = {.phase = f->type == SDL_FINGERDOWN ? TOUCH_DOWN
                                             : f->type == SDL_FINGERUP ? TOUCH_UP
                                                                       : TOUCH_MOVE,
                                    .device = f->touchId,
                                    .finger = f->fingerId,
                                    .x = f->x,
                                    .y = f->y,
                                    .from_ms = w->quiet_ms,
                                    .to_ms = read_ms};
    if (w->wayland && wayland_touches(w->wayland)) {
        return false; /* already reported by wayland_contact */
    }
    return take_contact(w, &contact, out);
}

static bool on_window(const SDL_WindowEvent *e, struct window_event *out)
{
    switch (e->event) {
    case SDL_WINDOWEVENT_EXPOSED:
    case SDL_WINDOWEVENT_SIZE_CHANGED:
    case SDL_WINDOWEVENT_DISPLAY_CHANGED:
        out->kind = WINDOW_EXPOSE;
        return true;
    case SDL_WINDOWEVENT_HIDDEN:
    case SDL_WINDOWEVENT_MINIMIZED:
        out->kind = WINDOW_HIDE;
        return true;
    default:
        return false;
    }
}

static bool on_mouse_button(struct window *w, const SDL_MouseButtonEvent *e,
                            struct window_event *out)
{
    if (e->which == SDL_TOUCH_MOUSEID || e->button != SDL_BUTTON_LEFT) {
        return false;
    }
    w->down = e->type == SDL_MOUSEBUTTONDOWN;
    out->kind = w->down ? WINDOW_DOWN : WINDOW_UP;
    out->x = (int)((float)e->x * unit_px(w));
    out->y = (int)((float)e->y * unit_px(w));
    return true;
}

static bool on_mouse_motion(struct window *w, const SDL_MouseMotionEvent *e,
                            struct window_event *out)
{
    if (w->console && e->which != SDL_TOUCH_MOUSEID) {
        SDL_ShowCursor(SDL_ENABLE); /* a mouse is in use */
    }
    out->kind = WINDOW_MOVE;
    out->x = (int)((float)e->x * unit_px(w));
    out->y = (int)((float)e->y * unit_px(w));
    return w->down && e->which != SDL_TOUCH_MOUSEID;
}

static bool translate(struct window *w, const SDL_Event *e, struct window_event *out)
{
    memset(out, 0, sizeof *out);
    if (e->type == w->told_event) {
        out->kind = (enum window_event_kind)e->user.code;
        if (out->kind == WINDOW_AWAKE && w->touch.count) { /* lifts in sleep are not reported */
            w->next.kind = w->touch.acts ? WINDOW_CANCEL : WINDOW_NONE;
            w->touch = (struct touch){0};
        }
        return true;
    }
    switch (e->type) {
    case SDL_QUIT:
        out->kind = WINDOW_QUIT;
        return true;
    case SDL_WINDOWEVENT:
        if (e->window.event == SDL_WINDOWEVENT_FOCUS_GAINED ||
            e->window.event == SDL_WINDOWEVENT_FOCUS_LOST) {
            take_text(e->window.event == SDL_WINDOWEVENT_FOCUS_GAINED);
            w->held_keys = 0; /* their release is not sent to this window */
        }
        return on_window(&e->window, out);
    case SDL_APP_WILLENTERBACKGROUND:
        out->kind = WINDOW_HIDE;
        return true;
    case SDL_FINGERDOWN:
    case SDL_FINGERUP:
    case SDL_FINGERMOTION:
        return on_finger(w, &e->tfinger, out);
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
        return on_mouse_button(w, &e->button, out);
    case SDL_MOUSEMOTION:
        return on_mouse_motion(w, &e->motion, out);
    case SDL_MOUSEWHEEL:
        out->kind = WINDOW_WHEEL;
        out->y = e->wheel.y;
        return true;
    case SDL_KEYDOWN:
        w->held_keys += !e->key.repeat;
        out->kind = WINDOW_KEY;
        out->key = key_of(&e->key.keysym);
        return out->key != KEY_NONE;
    case SDL_KEYUP:
        w->held_keys -= w->held_keys > 0;
        return false;
    case SDL_TEXTINPUT:
        out->kind = WINDOW_TEXT;
        snprintf(out->text, sizeof out->text, "%s", e->text.text);
        return strcmp(out->text, " ") != 0; /* also reported as KEY_SPACE */
    default:
        return false;
    }
}

/* Get the next SDL event.  SDL_PollEvent stops at a marker left in the queue by an earlier
 * call, without reading the devices again; on the console a lift event was left unread while
 * window_wait slept. */
static bool next_sdl_event(SDL_Event *e)
{
    for (int look = 0; look < 2; look++) {
        if (SDL_PeepEvents(e, 1, SDL_GETEVENT, SDL_FIRSTEVENT, SDL_LASTEVENT) == 1) {
            return true;
        }
        if (look == 0) {
            SDL_PumpEvents();
        }
    }
    return false;
}

/* Take an event that is already available; false if there is none. */
static bool take_event(struct window *w, struct window_event *event)
{
    struct touch_contact contact;
    SDL_Event e;
    if (w->next.kind != WINDOW_NONE) {
        *event = w->next;
        w->next = (struct window_event){0};
        return true;
    }
    for (;;) {
        bool any = next_sdl_event(&e);
        bool ours = any && translate(w, &e, event);
        secret_wipe(&e, sizeof e);
        if (ours) {
            return true;
        }
        if (w->wayland && wayland_dispatch(w->wayland)) {
            *event = (struct window_event){.kind = WINDOW_EXPOSE};
            return true;
        }
        while (w->wayland && wayland_contact(w->wayland, &contact)) {
            if (take_contact(w, &contact, event)) {
                return true;
            }
        }
        if (!any) {
            return false;
        }
    }
}

/* Sleep until input may be available or the time is over. */
static void rest(struct window *w, int timeout_ms)
{
    enum { REPEAT_MS = 20 };
    w->quiet_ms = (int64_t)SDL_GetTicks64();
    if (w->console) {
        int64_t ago = console_wait(w->console, w->wake, timeout_ms);
        w->quiet_ms = ago >= 0 ? (int64_t)SDL_GetTicks64() - ago : w->quiet_ms;
    } else if (w->wayland) {
        struct pollfd fds[] = {{.fd = wayland_fd(w->wayland), .events = POLLIN},
                               {.fd = w->wake, .events = POLLIN}};
        wayland_flush(w->wayland);
        if (w->held_keys && (timeout_ms < 0 || timeout_ms > REPEAT_MS)) {
            timeout_ms = REPEAT_MS; /* SDL repeats the key only when polled */
        }
        poll(fds, 2, timeout_ms);
    } else {
        SDL_WaitEventTimeout(NULL, timeout_ms);
    }
    if (w->wake >= 0) {
        eventfd_t times;
        (void)!eventfd_read(w->wake, &times);
    }
}

void window_wait(struct window *w, int timeout_ms, struct window_event *event)
{
    memset(event, 0, sizeof *event);
    int64_t end = (int64_t)SDL_GetTicks64() + timeout_ms;
    while (!take_event(w, event)) {
        int64_t left = end - (int64_t)SDL_GetTicks64();
        memset(event, 0, sizeof *event);
        if (timeout_ms >= 0 && left <= 0) {
            return;
        }
        rest(w, timeout_ms < 0 ? -1 : (int)left);
    }
}

/* SDL keeps the memory of read events and reuses the latest one first, so a queue as long as
 * the longest possible one overwrites all of it. */
void window_forget_keys(struct window *w)
{
    enum { LONGEST_QUEUE = 512 };
    SDL_Event e;
    SDL_zero(e);
    e.type = w->blank_event;
    for (int i = 0; i < LONGEST_QUEUE && SDL_PushEvent(&e) == 1; i++) {
    }
    SDL_FlushEvent(w->blank_event);
}

void window_tell(struct window *w, enum window_event_kind kind)
{
    SDL_Event e = {.user = {.type = w->told_event, .code = (Sint32)kind}};
    SDL_PushEvent(&e);
    if (w->wake >= 0) {
        (void)!eventfd_write(w->wake, 1);
    }
}

int window_battery(void)
{
    int percent = -1;
    SDL_GetPowerInfo(NULL, &percent);
    return percent;
}

/* Point the renderer at the frame's pixels.  A new renderer is made only when the size changes,
 * because it owns the cached textures. */
static void aim(struct window *w, void *pixels, int width, int height)
{
    if (w->surface && w->surface->w == width && w->surface->h == height) {
        w->surface->pixels = pixels;
        return;
    }
    window_paint_forget(w);
    if (w->renderer) {
        SDL_DestroyRenderer(w->renderer);
    }
    SDL_FreeSurface(w->surface);
    w->surface = SDL_CreateRGBSurfaceWithFormatFrom(pixels, width, height, 32, width * 4,
                                                    SDL_PIXELFORMAT_XRGB8888);
    w->renderer = w->surface ? SDL_CreateSoftwareRenderer(w->surface) : NULL;
    if (!w->renderer) {
        err_out_of_memory();
    }
    SDL_SetRenderDrawBlendMode(w->renderer, SDL_BLENDMODE_NONE);
}

void window_show(struct window *w, const struct draw_list *list, colour paper)
{
    if (w->wayland) {
        int width, height;
        window_size(w, &width, &height);
        void *pixels = wayland_pixels(w->wayland, width, height);
        if (!pixels) {
            return; /* window_wait returns WINDOW_EXPOSE when it can be painted */
        }
        aim(w, pixels, width, height);
        window_paint(w, list, paper);
        SDL_RenderFlush(w->renderer);
        wayland_show(w->wayland);
    } else {
        window_paint(w, list, paper);
        SDL_RenderPresent(w->renderer);
    }
}

#ifdef SUHBAT_TEST
uint8_t *window_pixels(struct window *w)
{
    int width, height;
    window_size(w, &width, &height);
    uint8_t *out = mem_zero((size_t)width * (size_t)height, 3);
    SDL_RenderReadPixels(w->renderer, NULL, SDL_PIXELFORMAT_RGB24, out, width * 3);
    return out;
}

void window_rescale(struct window *w, float scale)
{
    w->scale = scale;
}

void window_resize(struct window *w, int width, int height)
{
    SDL_SetWindowSize(w->sdl, width, height);
    SDL_Event e;
    while (SDL_PollEvent(&e)) { /* discard SDL's resize events; the caller redraws anyway */
    }
}
#endif

void window_blank(struct window *w, colour paper)
{
    if (w->wayland) {
        wayland_blank(w->wayland, paper);
    } else {
        window_paint(w, &(struct draw_list){0}, paper);
        SDL_RenderPresent(w->renderer);
    }
    window_paint_forget(w);
    window_forget_keys(w);
    for (size_t i = 0; i < w->touch.count; i++) { /* positions reveal keys of our keyboard */
        w->touch.fingers[i].x = w->touch.fingers[i].y = 0;
    }
    secret_wipe(w->touch.fingers + w->touch.count,
                (TOUCH_FINGERS - w->touch.count) * sizeof *w->touch.fingers);
}
