# SPDX-License-Identifier: Apache-2.0
# Rscript peers_tables.R R-FOLDER SAV-FOLDER DTA-FOLDER: our script's data frames (base R), against
# haven's reading of .sav and .dta: values, labels of questions and answers, kinds of missing.
suppressPackageStartupMessages(library(haven))
dirs <- commandArgs(trailingOnly = TRUE)
cells <- 0; wrong <- 0
fail <- function(...) { wrong <<- wrong + 1; if (wrong <= 20) cat("tables:", ..., "\n") }
same <- function(where, ours, theirs) {
  cells <<- cells + length(ours)
  bad <- which(!(is.na(ours) == is.na(theirs) & (is.na(ours) | ours == theirs)))
  if (length(bad)) fail(where, length(bad), "differ, as", bad[1], ours[bad[1]], "|", theirs[bad[1]])
}
begins <- function(where, ours, theirs) { # labels may be cut by the format
  if (is.null(ours)) ours <- ""
  if (is.null(theirs)) theirs <- ""
  if (!startsWith(ours, trimws(theirs, "right")) || (theirs == "" && trimws(ours) != "")) fail(where, "label", ours, "|", theirs)
}
blank <- function(x) ifelse(is.na(x), "", x)
pieces <- function(frame, name) {
  text <- blank(as.character(frame[[name]]))
  for (n in 2:99) {
    more <- paste0(substr(name, 1, 32 - nchar(paste0("_", n))), "_", n)
    if (is.null(frame[[more]]) || name == more) break
    text <- paste0(text, blank(as.character(frame[[more]])))
  }
  text
}
kinds_sav <- c("-98" = "dk", "-99" = "refused", "-97" = "na")
kinds_dta <- c(a = "dk", b = "refused", c = "na")
compare <- function(where, r, f, kinds, tag) {
  begins(where, attr(r, "label", exact = TRUE), attr(f, "label", exact = TRUE))
  kind <- attr(r, "missing")
  if (is.null(kind)) kind <- rep(NA_character_, length(r))
  theirs <- unname(tag(f, kinds))
  theirs[is.na(kind) & !is.na(r)] <- NA # -98 may be an answer where the question offers no "don't know"
  same(paste(where, "missing"), kind, theirs)
  values <- as.numeric(f)
  values[!is.na(kind)] <- NA
  if (is.factor(r)) {
    labels <- attr(f, "labels")
    shown <- as.character(ifelse(is.na(values), NA, names(labels)[match(values, labels)]))
    ours <- as.character(r)
    cells <<- cells + length(ours)
    bad <- which(!(is.na(ours) == is.na(shown) & (is.na(ours) | startsWith(ours, shown))))
    if (length(bad)) fail(where, "answers", length(bad), "differ, as", bad[1], ours[bad[1]], "|", shown[bad[1]])
  } else {
    same(where, as.numeric(r), values)
  }
}
sav_tag <- function(f, kinds) if (is.numeric(f) && !is.null(attr(f, "na_values"))) kinds[as.character(as.numeric(f))] else rep(NA_character_, length(f))
dta_tag <- function(f, kinds) if (is.numeric(f)) kinds[na_tag(f)] else rep(NA_character_, length(f))
for (script in list.files(dirs[1], pattern = "[.]R$", full.names = TRUE)) {
  before <- ls(globalenv())
  source(script, encoding = "UTF-8", chdir = TRUE)
  for (table in setdiff(ls(globalenv()), c(before, "before", "table", "script"))) {
    r <- get(table)
    if (!is.data.frame(r)) next
    for (format in c("sav", "dta")) {
      file <- file.path(dirs[if (format == "sav") 2 else 3], paste0(table, ".", format))
      f <- if (format == "sav") read_sav(file, user_na = TRUE) else read_dta(file)
      if (nrow(f) != nrow(r)) { fail(file, "has", nrow(f), "rows, not", nrow(r)); next }
      for (name in names(r)) {
        where <- paste(format, table, name)
        x <- r[[name]]; y <- f[[name]]
        if (is.null(y)) { fail(where, "is missing"); next }
        if (is.character(x)) {
          if (inherits(y, "hms")) next # times: R keeps the text
          begins(where, attr(x, "label", exact = TRUE), attr(y, "label", exact = TRUE))
          same(where, blank(as.character(x)), pieces(f, name))
        } else if (inherits(x, c("Date", "POSIXct"))) {
          begins(where, attr(x, "label", exact = TRUE), attr(y, "label", exact = TRUE))
          same(where, floor(as.numeric(x)), floor(as.numeric(y)))
        } else if (format == "sav") compare(where, x, y, kinds_sav, sav_tag)
        else compare(where, x, y, kinds_dta, dta_tag)
      }
    }
  }
  rm(list = setdiff(ls(globalenv()), before))
}
cat(sprintf("tables: %d cells of .sav and .dta as haven %s reads them, %d differ\n", cells, packageVersion("haven"), wrong))
quit(status = if (wrong || !cells) 1 else 0)
