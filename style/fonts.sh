#!/usr/bin/env bash
# Makes public/fonts from the typefaces' own releases: Inter 4.1 for text, JetBrains Mono 2.242 for code,
# STIX Two Math 2.12 for formulas, each with the letters that slides need. Browsers fetch a file only when a
# slide has letters of its range (style/typefaces.css); the server measures with the same files
# (server/reading/src/markdown/fit). A file that changes gets another name: browsers keep each for a year.
set -euo pipefail
to="$(cd "$(dirname "$0")/.." && pwd)/public/fonts"
work="$(mktemp -d)"
trap 'rm -r "$work"' EXIT
cd "$work"
# Times within the files do not change from run to run.
export SOURCE_DATE_EPOCH=1700000000

npm pack --silent inter-ui@4.1.1 jetbrains-mono@1.0.6 @fontsource/stix-two-math@5.3.0 >/dev/null
for package in inter-ui jetbrains-mono fontsource-stix-two-math; do
  mkdir "$package" && tar xzf "$package"-*.tgz -C "$package" --strip-components 1
done
python3 -m venv tools && tools/bin/pip install --quiet fonttools==4.68.0 brotli==1.2.1

latin=U+0000-00FF,U+0131,U+0152-0153,U+02C6,U+02DA,U+02DC,U+2000-206F,U+2070-209F,U+20AC,U+2100-22FF,U+2300-23FF,U+2500-27BF,U+FB01-FB02,U+FEFF,U+FFFD
beyond=U+0100-0130,U+0132-0151,U+0154-02C5,U+02C7-02D9,U+02DB,U+02DD-052F,U+1E00-1FFF,U+20A0-20AB,U+20AD-20CF
# The Latin, Greek and mathematical letters, operators, arrows and brackets of formulas.
formulas=U+0020-007E,U+00A0-00FF,U+0131,U+0237,U+0300-0338,U+0391-03C9,U+03D1,U+03D5,U+03D6,U+03F0,U+03F1,U+03F5,U+2000-205F,U+2061-2064,U+20D6-20D7,U+2102-2138,U+2190-21D5,U+21DA-21DD,U+21E0-21F3,U+2200-22FF,U+2308-230B,U+2329-232A,U+239B-23B9,U+23DC-23E1,U+25A0-25CF,U+2660-2666,U+27C2-27FF,U+2A00-2A06,U+2A2F,U+2A7D-2A7E,U+2AAF-2AB0,U+1D400-1D7FF

subset() { # FROM RANGE FEATURES TO
  tools/bin/pyftsubset "$1" --unicodes="$2" --layout-features="$3" --no-hinting --flavor=woff2 --output-file="$to/$4.woff2"
}

mkdir -p "$to"
for form in '' -Italic; do
  # One optical size, for large type; the two weights of the theme and what is between them.
  tools/bin/fonttools varLib.instancer -q "inter-ui/variable/InterVariable$form.woff2" opsz=28 wght=400:700 -o text.ttf
  name=inter-4.1$(tr '[:upper:]' '[:lower:]' <<<"$form")
  subset text.ttf $latin kern,mark,mkmk,ccmp,locl,calt,tnum,sups,subs,case "$name-latin"
  subset text.ttf $beyond kern,mark,mkmk,ccmp,locl,calt,tnum,sups,subs,case "$name-beyond"
done
# Without ligatures: `->` is what the author typed.
for weight in Regular Bold; do
  name=jetbrains-mono-2.242$([ "$weight" = Bold ] && echo -bold || true)
  from="jetbrains-mono/fonts/webfonts/JetBrainsMonoNL-$weight.woff2"
  subset "$from" $latin kern,mark,mkmk,ccmp,locl "$name-latin"
  subset "$from" $beyond kern,mark,mkmk,ccmp,locl "$name-beyond"
done
subset fontsource-stix-two-math/files/stix-two-math-latin-400-normal.woff2 $formulas ssty stix-two-math-2.12
ls -l "$to"
