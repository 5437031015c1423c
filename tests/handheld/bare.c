/* SPDX-License-Identifier: Apache-2.0 */
/* bare: measures the minimum memory of an SDL program on the console.  Opens one window,
 * draws one frame and waits. */
#include <SDL2/SDL.h>
#include <unistd.h>

int main(void)
{
    SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "1");
    if (SDL_Init(SDL_INIT_VIDEO) != 0) {
        return 1;
    }
    SDL_Window *w = SDL_CreateWindow("bare", 0, 0, 720, 1280, SDL_WINDOW_FULLSCREEN_DESKTOP);
    SDL_Renderer *r = w ? SDL_CreateRenderer(w, -1, SDL_RENDERER_SOFTWARE) : NULL;
    if (!r) {
        return 1;
    }
    SDL_SetRenderDrawColor(r, 255, 255, 255, 255);
    SDL_RenderClear(r);
    SDL_RenderPresent(r);
    sleep(60);
    return 0;
}
