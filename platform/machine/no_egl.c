/* SPDX-License-Identifier: Apache-2.0 */
/*
 * no_egl: a stub EGL library that draws nothing, built as lib/suhbat/no-egl.so.
 *
 * SDL 2.26 creates an EGL surface for every window on Wayland, even if OpenGL never draws on
 * it. With Mesa that costs 50 MiB; without any EGL no window opens.  window.c makes SDL load
 * this stub instead, on Wayland only.  SDL 2.28 and later do not need EGL and never load it.
 *
 * All names and values are from the EGL 1.4 specification.
 */
#include <stddef.h>
#include <stdint.h>

enum { NO = 0, YES = 1, EGL_SUCCESS = 0x3000, EGL_VERSION = 0x3054, EGL_OPENGL_API = 0x30A2 };

/* A non-NULL value for a display, a config and a surface. */
static char handle;

#define EXPORT __attribute__((visibility("default")))

EXPORT void *eglGetDisplay(void *native);
EXPORT void *eglGetDisplay(void *native)
{
    (void)native;
    return &handle;
}

EXPORT unsigned eglInitialize(void *display, int32_t *major, int32_t *minor);
EXPORT unsigned eglInitialize(void *display, int32_t *major, int32_t *minor)
{
    (void)display;
    if (major) {
        *major = 1;
    }
    if (minor) {
        *minor = 4;
    }
    return YES;
}

EXPORT unsigned eglTerminate(void *display);
EXPORT unsigned eglTerminate(void *display)
{
    (void)display;
    return YES;
}

EXPORT void *eglGetProcAddress(const char *name);
EXPORT void *eglGetProcAddress(const char *name)
{
    (void)name;
    return NULL;
}

EXPORT unsigned eglChooseConfig(void *display, const int32_t *wanted, void **configs, int32_t room,
                                int32_t *count);
EXPORT unsigned eglChooseConfig(void *display, const int32_t *wanted, void **configs, int32_t room,
                                int32_t *count)
{
    (void)display;
    (void)wanted;
    *count = 1;
    if (configs && room > 0) {
        configs[0] = &handle;
    }
    return YES;
}

EXPORT unsigned eglGetConfigAttrib(void *display, void *config, int32_t name, int32_t *value);
EXPORT unsigned eglGetConfigAttrib(void *display, void *config, int32_t name, int32_t *value)
{
    (void)display;
    (void)config;
    (void)name;
    *value = 8; /* bits of a colour channel; SDL asks for nothing else */
    return YES;
}

EXPORT void *eglCreateContext(void *display, void *config, void *share, const int32_t *wanted);
EXPORT void *eglCreateContext(void *display, void *config, void *share, const int32_t *wanted)
{
    (void)display;
    (void)config;
    (void)share;
    (void)wanted;
    return NULL; /* a caller that wants to draw must get an error */
}

EXPORT unsigned eglDestroyContext(void *display, void *context);
EXPORT unsigned eglDestroyContext(void *display, void *context)
{
    (void)display;
    (void)context;
    return YES;
}

EXPORT void *eglCreatePbufferSurface(void *display, void *config, const int32_t *wanted);
EXPORT void *eglCreatePbufferSurface(void *display, void *config, const int32_t *wanted)
{
    (void)display;
    (void)config;
    (void)wanted;
    return NULL;
}

EXPORT void *eglCreateWindowSurface(void *display, void *config, void *window,
                                    const int32_t *wanted);
EXPORT void *eglCreateWindowSurface(void *display, void *config, void *window,
                                    const int32_t *wanted)
{
    (void)display;
    (void)config;
    (void)window;
    (void)wanted;
    return &handle;
}

EXPORT unsigned eglDestroySurface(void *display, void *surface);
EXPORT unsigned eglDestroySurface(void *display, void *surface)
{
    (void)display;
    (void)surface;
    return YES;
}

EXPORT unsigned eglMakeCurrent(void *display, void *draw, void *read, void *context);
EXPORT unsigned eglMakeCurrent(void *display, void *draw, void *read, void *context)
{
    (void)display;
    return draw || read || context ? NO : YES;
}

EXPORT unsigned eglSwapBuffers(void *display, void *surface);
EXPORT unsigned eglSwapBuffers(void *display, void *surface)
{
    (void)display;
    (void)surface;
    return NO;
}

EXPORT unsigned eglSwapInterval(void *display, int32_t interval);
EXPORT unsigned eglSwapInterval(void *display, int32_t interval)
{
    (void)display;
    (void)interval;
    return NO;
}

EXPORT unsigned eglWaitNative(int32_t engine);
EXPORT unsigned eglWaitNative(int32_t engine)
{
    (void)engine;
    return YES;
}

EXPORT unsigned eglWaitGL(void);
EXPORT unsigned eglWaitGL(void)
{
    return YES;
}

EXPORT unsigned eglBindAPI(unsigned api);
EXPORT unsigned eglBindAPI(unsigned api)
{
    (void)api;
    return YES;
}

EXPORT unsigned eglQueryAPI(void);
EXPORT unsigned eglQueryAPI(void)
{
    return EGL_OPENGL_API;
}

EXPORT const char *eglQueryString(void *display, int32_t name);
EXPORT const char *eglQueryString(void *display, int32_t name)
{
    (void)display;
    return name == EGL_VERSION ? "1.4" : "";
}

EXPORT int32_t eglGetError(void);
EXPORT int32_t eglGetError(void)
{
    return EGL_SUCCESS;
}
