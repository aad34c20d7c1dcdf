#!/bin/sh
# man_page.sh PAGE MEETLAT   The manual page has no roff errors, and names the same commands and options as --help.
set -u
page=$1
meetlat=$2
failed=0
# No sandbox around groff: it fails in some containers.
export LC_ALL=C.UTF-8 MAN_DISABLE_SECCOMP=1

complaints=$(MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null)
if [ -n "$complaints" ]; then
  echo "$complaints"
  failed=1
fi
# As a reader sees it, without overstriking and with the hyphens of options as typed.
text=$(MANWIDTH=200 man -E UTF-8 -l "$page" 2>/dev/null | sed 's/.\x08//g; s/‐/-/g; s/−/-/g')

known=
long_options() { grep -oE -e '--[a-z][a-z-]*[a-z]' | sort -u; }

for command in $("$meetlat" --help | sed -n '/^Subcommands:/,$s/^  \([a-z]\{1,\}\) .*/\1/p'); do
  case "$text" in *"meetlat $command"*) ;; *) echo "the page lacks the command: $command"; failed=1 ;; esac
  nested=$("$meetlat" "$command" --help | sed -n '/^Subcommands:/,$s/^  \([a-z][a-z-]*\) .*/\1/p')
  for sub in "" $nested; do
    # shellcheck disable=SC2086  # an empty name is no argument
    for option in $("$meetlat" $command $sub --help | long_options); do
      if ! printf '%s\n' "$text" | grep -qE -e "(^|[^a-z-])$option([^a-z-]|\$)"; then
        echo "the page lacks the option of $command $sub: $option"
        failed=1
      fi
      known="$known $option"
    done
  done
done
[ -n "$known" ] || { echo "no option was found in --help"; failed=1; }
known="$known $("$meetlat" --help | long_options | tr '\n' ' ')"
for option in $(printf '%s\n' "$text" | long_options); do
  case " $known " in *" $option "*) ;; *) echo "no command has the option: $option"; failed=1 ;; esac
done
exit "$failed"
