#!/bin/sh
# build.sh MEETLAT SOURCES TO   Makes the manual below TO: man1/meetlat-rank.1.gz and so on.
set -eu
meetlat=$1
sources=$2
to=$3
work=$to/scd
rm -rf "$to"
mkdir -p "$work"
"$meetlat" --config /dev/null manual "$sources" "$work"
for page in "$work"/*.scd; do
  name=$(basename "$page" .scd)
  folder=$to/man${name##*.}
  mkdir -p "$folder"
  scdoc <"$page" >"$folder/$name"
  # What readers copy from a page must be hyphens, not what typesetters make of them, and nothing is broken in two. No date
  # of building.
  perl -pi -e '
    if (/^\.TH/) { s/("[^"]*" "[^"]*") "[^"]*"/$1 ""/; $_ .= ".nh\n.ad l\n"; next }
    s{(\\fB)(.*?)(\\fR)}{my ($open, $text, $close) = ($1, $2, $3); $text =~ s,(?<!\\)-,\\-,g; "$open$text$close"}ge;
    s{<(https?:.*?)>}{my $url = $1; $url =~ s,(?<!\\)-,\\-\\:,g; $url =~ s,/,/\\:,g; "<$url>"}ge;
    s/(?<!\\)--/\\-\\-/g' "$folder/$name"
  gzip -9n "$folder/$name"
done
rm -rf "$work"
