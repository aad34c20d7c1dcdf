#!/bin/sh
# man_page.sh MEETLAT TOP   The pages of the manual have no roff errors, and each names the same options as --help.
set -u
meetlat=$1
top=$2
failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# No sandbox around groff: it fails in some containers.
export LC_ALL=C.UTF-8 MAN_DISABLE_SECCOMP=1 MEETLAT_DATADIR="$top"
complain() {
  echo "$*"
  failed=1
}

"$top/man/build.sh" "$meetlat" "$top/man" "$work/man" || exit 1

# As a reader sees it, without overstriking.
page_text() { MANWIDTH=200 man -E UTF-8 -l "$1" 2>/dev/null | sed 's/.\x08//g'; }
long_options() { grep -oE -e '--[a-z][a-z-]*[a-z]' | sort -u; }
nested_commands() { sed -n '/^Subcommands:/,$s/^  \([a-z][a-z-]*\) .*/\1/p'; }

pages=0
for page in "$work"/man/man*/*.gz; do
  pages=$((pages + 1))
  complaints=$(MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null)
  [ -z "$complaints" ] || complain "$(basename "$page"): $complaints"
  # Without a hyphen in it: a reader looks for it, and copies it.
  case $(page_text "$page") in *‐* | *−*) complain "$(basename "$page") has hyphens that cannot be copied" ;; esac
done

overview=$(page_text "$work/man/man1/meetlat.1.gz")
commands=$("$meetlat" --help | nested_commands)
for command in $commands; do
  case $overview in *"meetlat-$command(1)"*) ;; *) complain "meetlat(1) lacks the command: $command" ;; esac
  text=$(page_text "$work/man/man1/meetlat-$command.1.gz")
  # The options that begin a line of their own, against those of --help.
  described=$(printf '%s\n' "$text" | grep -E '^ {7}(-[a-z], )?--[a-z]' | long_options)
  known=
  for nested in "" $("$meetlat" "$command" --help | nested_commands); do
    # shellcheck disable=SC2086  # an empty name is no argument
    for option in $("$meetlat" $command $nested --help | sed -n 's/^  \(-[^ ]*\).*/\1/p' | long_options); do
      known="$known $option"
      [ "$option" = --help ] || printf '%s\n' "$described" | grep -qxe "$option" ||
        complain "meetlat-$command(1) lacks the option of $command $nested: $option"
    done
  done
  [ -n "$known" ] || complain "no option of $command was found in --help"
  for option in $described; do
    case " $known " in *" $option "*) ;; *) complain "meetlat-$command(1): no command has the option $option" ;; esac
  done
done
[ "$pages" -gt 10 ] || complain "only $pages pages were made"
exit "$failed"
