# SPDX-License-Identifier: Apache-2.0
# suhbat: the only Makefile.  `make help` lists the targets.
#
# Each source folder (platform, forms, app, tools) becomes a static library; each file with a
# main becomes a program. Flavours: release (build/bin), test (build/test/bin, with --robot),
# asan, fuzz, coverage.

# ---- settings: override on the command line or in config.mk ----
SHARED ?= ../shared
CC ?= gcc
CFLAGS ?= -O2 -g
FLAVOUR ?= release
SECONDS ?= 60
PREFIX ?= /usr/local
V ?= 0
VERSION = 0.1
-include config.mk
# One job for each processor, unless the caller says how many.
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 1)
endif

# ---- Debian packages ----
DEPS_BUILD = gcc libc6-dev make pkg-config libsdl2-dev libsdl2-ttf-dev libsodium-dev libsqlite3-dev \
	libxml2-dev libfreexl-dev libxlsxwriter-dev libreadstat-dev libzip-dev libjansson-dev libpcre2-dev libutf8proc-dev libmd-dev libpng-dev libturbojpeg0-dev libsndfile1-dev libopus-dev libogg-dev libsonic-dev \
	libsystemd-dev libwayland-dev libcurl4-gnutls-dev fonts-paratype
DEPS_CHECK = libcmocka-dev espeak-ng zlib1g-dev unzip dbus-daemon xvfb xdotool imagemagick age file clang-format pmccabe chromium poppler-utils groff-base \
	weston 'libweston-10-dev|libweston-14-dev' sway wtype $(DEPS_DEB)
DEPS_FUZZ = clang llvm libclang-rt-14-dev
DEPS_MUTANTS = python3
DEPS_SCALE = time
DEPS_SLOW = xserver-xephyr
DEPS_MICROPHONES = pulseaudio pulseaudio-utils pipewire pipewire-bin wireplumber libasound2-plugins dbus
DEPS_DEB = dpkg-dev lintian systemd
TOOLS = suhbat-form suhbat-key suhbat-sync suhbat-desk
DEPS = $(DEPS_BUILD) $(DEPS_CHECK)

# ---- compiler and linker flags ----
OUT = build/$(FLAVOUR)
BIN = $(if $(filter release,$(FLAVOUR)),build/bin,$(OUT)/bin)
PKGS = sdl2 SDL2_ttf freexl xlsxwriter libsodium sqlite3 libxml-2.0 libzip jansson libpcre2-8 libutf8proc libmd libpng libturbojpeg sndfile opus ogg libsystemd wayland-client libcurl
PKG_CONFIG ?= pkg-config
PKG_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(PKGS) 2>/dev/null)
PKG_LIBS := $(shell $(PKG_CONFIG) --libs $(PKGS) 2>/dev/null) -lreadstat -lsonic # Debian gives no .pc for them
MACHINE := $(firstword $(subst -, ,$(shell $(CC) -dumpmachine 2>/dev/null)))
HARDEN_x86_64 = -fcf-protection=full
HARDEN_aarch64 = -mbranch-protection=standard
GCC_ONLY = -ftrivial-auto-var-init=zero -fzero-call-used-regs=used-gpr -fstack-clash-protection
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -I. $(PKG_CFLAGS) -MMD -MP -Wall -Wextra -Wformat=2 -Wconversion \
	-Wshadow -Wstrict-prototypes -Wmissing-prototypes -Werror=format-security -fno-strict-aliasing -fPIE \
	-DSUHBAT_VERSION=\"$(VERSION)\" $(WERROR)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed
ifneq ($(FLAVOUR),fuzz)
ALL_CFLAGS += $(GCC_ONLY)
endif
ifeq ($(filter asan fuzz,$(FLAVOUR)),)
ALL_CFLAGS += -D_FORTIFY_SOURCE=3 -fstack-protector-strong $(HARDEN_$(MACHINE))
endif
ifneq ($(FLAVOUR),release)
ALL_CFLAGS += -DSUHBAT_TEST
endif
ifeq ($(FLAVOUR),asan)
ALL_CFLAGS += -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
ALL_LDFLAGS += -fsanitize=address,undefined
endif
ifeq ($(FLAVOUR),coverage)
ALL_CFLAGS += --coverage -O0
ALL_LDFLAGS += --coverage
endif
ifeq ($(FLAVOUR),fuzz)
CC = clang
ALL_CFLAGS += -DSUHBAT_FUZZ -fsanitize=fuzzer-no-link,address,undefined -fprofile-instr-generate -fcoverage-mapping
ALL_LDFLAGS += -fsanitize=fuzzer,address,undefined -fprofile-instr-generate
endif

Q = $(if $(filter 1,$(V)),,@)
PROGRAMS_TOOLS = $(patsubst tools/suhbat_%.c,suhbat-%,$(wildcard tools/suhbat_*.c))
PROGRAM_APP = $(if $(wildcard app/main.c),suhbat)
# An archive for each top folder, from its own files and those of the folders inside it.
lib_objects = $(patsubst %.c,$(OUT)/%.o,$(filter-out $(2),$(wildcard $(1)/*.c $(1)/*/*.c)))
LIB_PLATFORM = $(OUT)/libplatform.a
LIB_FORMS = $(OUT)/libforms.a
LIB_APP = $(OUT)/libapp.a
LIB_TOOLS = $(OUT)/libtools.a
LIB_TESTS = $(OUT)/libtests.a
named = $(patsubst tests/$(1)/%.c,$(BIN)/%,$(wildcard tests/$(1)/$(2)_*.c))
TESTS = $(call named,unit,test)
BENCHES = $(call named,bench,bench)
HELPERS = $(filter-out $(BIN)/help_shim,$(call named,drivers,help))
CONFORMANCE = build/tests/conformance
CONFORM_OBJECTS = $(patsubst %.c,$(OUT)/%.o,$(wildcard tests/conformance/*.c))
# The program looks for it in ../lib/suhbat, relative to bin/.
NO_EGL = $(BIN:bin=lib)/suhbat/no-egl.so
FUZZERS = $(call named,fuzz,fuzz)


.PHONY: microphones scale peers pages print simulate formatted complexity mutants coverage uninstall deb elsewhere emulated handheld installed all help demo demo-group check test asan fuzz bench conformance crash screens robot layers deps install clean programs \
	tests run-tests format strings
.DELETE_ON_ERROR:

all: programs ## build everything into build/bin

help: ## list these targets
	@grep -hE '^[a-z][a-z-]*:.*##' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 12

programs: $(addprefix $(BIN)/,$(PROGRAM_APP) $(PROGRAMS_TOOLS)) $(NO_EGL) fonts

demo: deps ## run the main workflow on real input: study, interview in a real window, seal, hand over, table
	$(Q)$(MAKE) --no-print-directory -s all
	$(Q)$(MAKE) --no-print-directory -s FLAVOUR=test programs tests
	$(Q)SHARED=$(SHARED) tests/demo.sh

demo-group: deps ## a group of eight voices, moderated by a robot, found again where its turns say (MINUTES=12)
	$(Q)$(MAKE) --no-print-directory -s all
	$(Q)$(MAKE) --no-print-directory -s FLAVOUR=test programs tests
	$(Q)tests/demo_group.sh

check: deps ## run every check a change must pass; ends in "N passed, N failed, N skipped"
	$(Q)SHARED=$(SHARED) MAKE="$(MAKE)" tests/check.sh

test: ## unit tests
	$(Q)$(MAKE) --no-print-directory -s FLAVOUR=test WERROR=$(WERROR) run-tests

asan: ## unit tests under AddressSanitizer and UndefinedBehaviorSanitizer
	$(Q)$(MAKE) --no-print-directory -s FLAVOUR=asan WERROR=$(WERROR) run-tests

run-tests: programs tests
	$(Q)SHARED=$(SHARED) BIN=$(BIN) tests/run.sh

tests: $(TESTS) $(HELPERS) $(if $(filter fuzz,$(FLAVOUR)),,$(FUZZERS))

fuzz: ## fuzz every parser, SECONDS=60 each (clang), then report line coverage
	$(Q)tests/deps.sh $(DEPS_FUZZ)
	$(Q)$(MAKE) --no-print-directory -s FLAVOUR=fuzz fuzzers
	$(Q)SECONDS_EACH=$(SECONDS) BIN=build/fuzz/bin tests/fuzz.sh

fuzzers: $(FUZZERS)

print: deps ## print all of the study's forms in all languages to A4, and look for what a page cuts
	$(Q)$(MAKE) --no-print-directory -s programs
	$(Q)ALL=1 tests/print.sh

peers: programs ## the study's forms in ODK's JavaScript engine and pyxform (installs from npm)
	$(Q)tests/peers.sh

simulate: deps ## make up the study's interviews, seal, import and export them, and compare cell by cell
	$(Q)$(MAKE) --no-print-directory -s programs
	$(Q)$(MAKE) --no-print-directory -s FLAVOUR=test programs tests
	$(Q)ALL=1 tests/simulate.sh

bench: deps ## print the figures of docs/MEASUREMENTS.md, each next to a bare loop of the same primitives
	$(Q)$(MAKE) --no-print-directory -s all
	$(Q)$(MAKE) --no-print-directory -s FLAVOUR=test programs tests
	$(Q)$(MAKE) --no-print-directory -s benches
	$(Q)BIN=$(BIN) SHARED=$(SHARED) tests/bench.sh

benches: $(BENCHES)

scale: programs ## a desk of 100,000 interviews, and one of a million small ones: time, memory, growth (about an hour; can be resumed)
	$(Q)tests/deps.sh $(DEPS_SCALE)
	$(Q)tests/scale.sh
	$(Q)FORM=small RECORDS=1000000 STEP=10000 tests/scale.sh

conformance: deps ## run the peers' own test suites (SHARED/corpus), scored
	$(Q)$(MAKE) --no-print-directory -s $(CONFORMANCE)
	$(Q)SHARED=$(SHARED) tests/conformance.sh

screens: deps ## draw every screen in every language, light and dark, portrait and landscape, into build/screens; lint and compare
	$(Q)$(MAKE) --no-print-directory -s FLAVOUR=test programs tests
	$(Q)BIN=build/test/bin tests/screens.sh

robot: deps ## random use: 10,000 steps over each of our forms, 500 over each form of the corpus
	$(Q)$(MAKE) --no-print-directory -s FLAVOUR=test programs tests
	$(Q)BIN=build/test/bin SHARED=$(SHARED) tests/robot.sh

crash: deps ## kill the program at every write of a short interview, and of a day at the desk
	$(Q)$(MAKE) --no-print-directory -s FLAVOUR=test programs tests
	$(Q)BIN=build/test/bin tests/crash.sh

mutants: deps ## list the guards of custody and desk whose removal no unit test notices (about 20 minutes)
	$(Q)tests/deps.sh $(DEPS_MUTANTS)
	$(Q)SHARED=$(SHARED) python3 tests/mutants.py

coverage: deps ## branch coverage of custody and desk by the unit tests
	$(Q)$(MAKE) --no-print-directory -s FLAVOUR=coverage programs tests
	$(Q)SHARED=$(SHARED) tests/coverage.sh

elsewhere: ## run make check in a chroot of Debian 13 (SUITE=trixie, WHAT=check); needs root
	$(Q)SHARED=$(SHARED) tests/elsewhere.sh

deb: ## build build/deb/*.deb (the device's and the desk's package); ARCH=arm64 or armhf with cross compilers (needs root)
ifeq ($(ARCH),)
	$(Q)$(MAKE) --no-print-directory -s deps
	$(Q)tests/deps.sh $(DEPS_DEB)
	$(Q)$(MAKE) --no-print-directory -s all icons pages
	$(Q)VERSION=$(VERSION) ARCH=$$(dpkg --print-architecture) BIN=build/bin package/deb.sh
else
	$(Q)$(MAKE) --no-print-directory -s deps icons pages
	$(Q)VERSION=$(VERSION) ARCH=$(ARCH) DEPS_BUILD="$(DEPS_BUILD)" package/cross.sh
endif

installed: deb ## install, upgrade and remove the package in its own chroot; needs root
	$(Q)tests/installed.sh

emulated: ## run the unit tests for arm64 (or ARCH=armhf) under qemu-user; needs root
	$(Q)$(MAKE) --no-print-directory -s deb ARCH=$(or $(ARCH),arm64)
	$(Q)ARCH=$(or $(ARCH),arm64) tests/emulated.sh

microphones: ## what the microphone hears by PulseAudio, ALSA and PipeWire (installs them)
	$(Q)tests/deps.sh $(DEPS_MICROPHONES)
	$(Q)$(MAKE) --no-print-directory -s FLAVOUR=test programs tests
	$(Q)BIN=build/test/bin tests/microphones.sh

handheld: ## test a whole device in QEMU, by touch alone, on Wayland, console and Xorg (ARCH=arm64: to the first answer); needs root
	$(Q)$(MAKE) --no-print-directory -s deb ARCH=
	$(Q)$(MAKE) --no-print-directory -s FLAVOUR=test programs tests
	$(if $(ARCH),$(Q)$(MAKE) --no-print-directory -s emulated ARCH=$(ARCH))
	$(Q)$(if $(ARCH),ARCH=$(ARCH) MODES=weston) tests/handheld.sh

layers: ## check which folder includes and links what (docs/ARCHITECTURE.md)
	$(Q)tests/layers.sh

complexity: ## functions over a cyclomatic complexity of 20 (flat switches count as one decision)
	$(Q)tests/complexity.sh

strings: ## check that every text a field user sees exists in ru, ky, tg, en
	$(Q)$(MAKE) --no-print-directory -s FLAVOUR=test build/test/bin/test_strings
	$(Q)build/test/bin/test_strings

deps: ## install the required Debian packages (does nothing if all are installed)
	$(Q)tests/deps.sh $(DEPS)

deps-slow: ## install what `make demo SLOW=1` needs to show the interview to a person
	$(Q)tests/deps.sh $(DEPS_SLOW)

pages: all ## write manual pages and bash completion to build/pages, from the programs' own tables
	$(Q)mkdir -p build/pages
	$(Q)for p in $(TOOLS); do \
		build/bin/$$p help --man > build/pages/$$p.1 && \
		build/bin/$$p help --completion > build/pages/$$p.bash || exit 1; \
	done

install: all pages ## install into PREFIX (/usr/local)
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/suhbat
	install -m 755 build/bin/suhbat build/bin/suhbat-form build/bin/suhbat-key build/bin/suhbat-sync build/bin/suhbat-desk $(DESTDIR)$(PREFIX)/bin/
	install -m 644 build/share/*.ttf $(DESTDIR)$(PREFIX)/share/suhbat/
	install -d $(DESTDIR)$(PREFIX)/lib/suhbat
	install -m 644 build/lib/suhbat/no-egl.so $(DESTDIR)$(PREFIX)/lib/suhbat/
	install -d $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/bash-completion/completions
	install -m 644 package/suhbat.1 $(TOOLS:%=build/pages/%.1) $(DESTDIR)$(PREFIX)/share/man/man1/
	for p in $(TOOLS); do \
		install -m 644 build/pages/$$p.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/$$p || exit 1; \
	done

uninstall: ## remove what install put there; interviews and keys stay
	rm -f $(DESTDIR)$(PREFIX)/bin/suhbat $(DESTDIR)$(PREFIX)/bin/suhbat-form $(DESTDIR)$(PREFIX)/bin/suhbat-key $(DESTDIR)$(PREFIX)/bin/suhbat-sync $(DESTDIR)$(PREFIX)/bin/suhbat-desk
	rm -f $(DESTDIR)$(PREFIX)/share/suhbat/*.ttf $(DESTDIR)$(PREFIX)/lib/suhbat/no-egl.so
	rm -f $(DESTDIR)$(PREFIX)/share/man/man1/suhbat.1 $(TOOLS:%=$(DESTDIR)$(PREFIX)/share/man/man1/%.1)
	rm -f $(TOOLS:%=$(DESTDIR)$(PREFIX)/share/bash-completion/completions/%)
	-rmdir $(DESTDIR)$(PREFIX)/share/suhbat $(DESTDIR)$(PREFIX)/lib/suhbat 2>/dev/null

formatted: ## does clang-format agree with the sources?
	$(Q)tests/formatted.sh

format: ## run clang-format over the sources
	clang-format -i $$(git ls-files '*.c' '*.h')

clean: ## remove build/
	rm -rf --one-file-system build

# ---- rules ----

$(OUT)/flags: FORCE
	@mkdir -p $(OUT)
	@echo '$(CC) $(CFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS)' | cmp -s - $@ || \
		echo '$(CC) $(CFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS)' > $@
FORCE:

$(OUT)/%.o: %.c $(OUT)/flags
	@mkdir -p $(@D)
	$(if $(Q),@echo "  CC $(FLAVOUR) $<")
	$(Q)$(CC) $(CFLAGS) $(ALL_CFLAGS) -c $< -o $@

$(LIB_PLATFORM): $(call lib_objects,platform,platform/machine/no_egl.c)
$(LIB_FORMS): $(call lib_objects,forms)
$(LIB_APP): $(call lib_objects,app,app/main.c)
$(LIB_TOOLS): $(call lib_objects,tools,$(wildcard tools/suhbat_*.c))
# The benches are a release build, which lacks the hooks that the other modules of tests/lib call.
LIB_TESTS_SOURCES = $(if $(filter release,$(FLAVOUR)),$(patsubst %,tests/lib/%.c,custody help slow_disk study tables workbooks),$(wildcard tests/lib/*.c))
$(LIB_TESTS): $(patsubst %.c,$(OUT)/%.o,$(LIB_TESTS_SOURCES))
$(OUT)/lib%.a: Makefile
	@rm -f $@
	$(Q)$(AR) rcs $@ $(filter %.o,$^)

LINK = $(CC) $(CFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(PKG_LIBS) -lm $(EXTRA_LIBS) -o $@

$(BIN)/suhbat: $(OUT)/app/main.o $(LIB_APP) $(LIB_FORMS) $(LIB_PLATFORM)
	@mkdir -p $(@D)
	$(Q)$(LINK)
$(BIN)/suhbat-desk: $(OUT)/tools/suhbat_desk.o $(LIB_TOOLS) $(LIB_APP) $(LIB_FORMS) $(LIB_PLATFORM)
	@mkdir -p $(@D)
	$(Q)$(LINK)
$(BIN)/suhbat-%: $(OUT)/tools/suhbat_%.o $(LIB_TOOLS) $(LIB_FORMS) $(LIB_PLATFORM)
	@mkdir -p $(@D)
	$(Q)$(LINK)
ALL_LIBS = $(LIB_APP) $(LIB_TOOLS) $(LIB_FORMS) $(LIB_PLATFORM)
$(BIN)/test_% $(BIN)/help_% $(BIN)/bench_%: EXTRA_LIBS = -lcmocka -lz
define program # FOLDER NAME: a program of the tests from one file
$(BIN)/$(2)_%: $(OUT)/tests/$(1)/$(2)_%.o $(LIB_TESTS) $(ALL_LIBS)
	@mkdir -p $$(@D)
	$$(Q)$$(LINK)
endef
$(eval $(call program,unit,test))
$(eval $(call program,bench,bench))
$(eval $(call program,drivers,help))
$(eval $(call program,fuzz,fuzz))
$(CONFORMANCE): $(CONFORM_OBJECTS) $(ALL_LIBS)
	@mkdir -p $(@D)
	$(Q)$(LINK)

$(NO_EGL): platform/machine/no_egl.c $(OUT)/flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -std=c11 -Wall -Wextra -Wmissing-prototypes $(WERROR) -fPIC -fvisibility=hidden -shared \
		-Wl,-z,relro,-z,now,-z,noexecstack -Wl,-soname,no-egl.so $< -o $@

build/icon/icon: $(OUT)/package/icon.o $(LIB_PLATFORM)
	@mkdir -p $(@D)
	$(Q)$(LINK)

ICONS = $(addprefix build/icon/suhbat,.svg -48.png -128.png -256.png)
.PHONY: icons
icons: $(ICONS)
build/icon/suhbat.svg: build/icon/icon
	$(Q)$< svg > $@
build/icon/suhbat-%.png: build/icon/icon
	$(Q)$< png $* > $@

FONTS = PTS55F.ttf PTS75F.ttf PTS56F.ttf PTF75F.ttf
.PHONY: fonts benches fuzzers deps-slow
fonts: $(addprefix build/share/,$(FONTS))
build/share/%.ttf: /usr/share/fonts/truetype/paratype/%.ttf
	@mkdir -p build/share
	$(Q)cp $< $@

.SECONDARY:
-include $(shell find $(OUT) -name '*.d' 2>/dev/null)
