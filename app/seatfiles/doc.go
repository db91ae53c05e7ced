// Package seatfiles plans tables from files and writes the plan's export: the
// work behind "folkmoot seat" and, for plans, "folkmoot verify".
//
// An export is a folder for the organiser and the facilitators. seating.json
// holds the request, the seats and the measures; seats.csv one row per person
// with their table in each round; round-1.csv and so on each round by table;
// report.html the tables to print. All of them name people by the ids of the
// file, and seating.json holds the chosen fields: they are not for the public.
//
// The package computes nothing itself: that is domain/seating's.
package seatfiles
