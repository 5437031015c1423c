/* SPDX-License-Identifier: Apache-2.0 */
/* The bare SDL program that the first frame is measured against: a window, two faces, one text. */
#include <SDL2/SDL.h>
#include <SDL2/SDL_ttf.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
    /* called as the app is: --robot FD */
    if (argc < 3 || SDL_Init(SDL_INIT_VIDEO) != 0 || TTF_Init() != 0) {
        return 1;
    }
    SDL_Window *w = SDL_CreateWindow("probe", 0, 0, 720, 1280, SDL_WINDOW_SHOWN);
    SDL_Renderer *r = SDL_CreateRenderer(w, -1, SDL_RENDERER_SOFTWARE);
    TTF_Font *f = TTF_OpenFont("/usr/share/fonts/truetype/paratype/PTS55F.ttf", 28);
    TTF_Font *g = TTF_OpenFont("/usr/share/fonts/truetype/paratype/PTS75F.ttf", 34);
    if (!r || !f || !g) {
        return 1;
    }
    SDL_Surface *s = TTF_RenderUTF8_Blended(g, "Көңүл", (SDL_Color){0, 0, 0, 255});
    SDL_Texture *t = SDL_CreateTextureFromSurface(r, s);
    SDL_Rect to = {20, 20, s->w, s->h};
    SDL_SetRenderDrawColor(r, 255, 255, 255, 255);
    SDL_RenderClear(r);
    SDL_RenderCopy(r, t, NULL, &to);
    SDL_RenderPresent(r);
    return write(atoi(argv[2]), "x", 1) == 1 ? 0 : 1;
}
