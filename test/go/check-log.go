// Checks a log with the libraries of Go's own checksum database (golang.org/x/mod/sumdb): the signed notes, the root, that each leaf
// is included, and that each older checkpoint is the beginning of the newest.
//
//	check-log FOLDER VKEY        FOLDER is _audit-export/log/<id>
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func path(level string, n int64, width int) string {
	text := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		text = fmt.Sprintf("x%03d/%s", n%1000, text)
	}
	if width < 1<<height {
		text += fmt.Sprintf(".p/%d", width)
	}
	return filepath.Join("tile", level, text)
}

type tiles struct{ folder string }

func (t tiles) Height() int { return height }

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		data, err := os.ReadFile(filepath.Join(t.folder, path(strconv.Itoa(tile.L), tile.N, tile.W)))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func readTree(file string, verifier note.Verifier) (tlog.Tree, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(data, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if lines[0] != verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("%s is of %s", file, lines[0])
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

func readEntries(file string) ([][]byte, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		reader, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			return nil, err
		}
		if data, err = io.ReadAll(reader); err != nil {
			return nil, err
		}
	}
	var entries [][]byte
	for len(data) > 0 {
		length := int(binary.BigEndian.Uint16(data))
		entries = append(entries, data[2:2+length])
		data = data[2+length:]
	}
	return entries, nil
}

func main() {
	folder := os.Args[1]
	verifier, err := note.NewVerifier(os.Args[2])
	must(err)
	files, err := filepath.Glob(filepath.Join(folder, "checkpoints", "*"))
	must(err)
	sort.Strings(files)
	newest, err := readTree(files[len(files)-1], verifier)
	must(err)
	reader := tlog.TileHashReader(newest, tiles{folder})
	for first := int64(0); first < newest.N; first += 1 << height {
		width := newest.N - first
		if width > 1<<height {
			width = 1 << height
		}
		entries, err := readEntries(filepath.Join(folder, path("entries", first>>height, int(width))))
		must(err)
		if int64(len(entries)) != width {
			must(fmt.Errorf("the bundle at %d has %d entries", first, len(entries)))
		}
		for at, entry := range entries {
			index := first + int64(at)
			proof, err := tlog.ProveRecord(newest.N, index, reader)
			must(err)
			must(tlog.CheckRecord(proof, newest.N, newest.Hash, index, tlog.RecordHash(entry)))
		}
	}
	for _, file := range files {
		older, err := readTree(file, verifier)
		must(err)
		proof, err := tlog.ProveTree(newest.N, older.N, reader)
		must(err)
		must(tlog.CheckTree(proof, newest.N, newest.Hash, older.N, older.Hash))
	}
	fmt.Printf("%d leaves, %d checkpoints\n", newest.N, len(files))
}
