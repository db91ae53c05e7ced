// Package residents invents people for the demonstration: a seeded generator
// of residents of the Forest of Dean in 2018, with what they would say to a
// text message. The same seed gives the same people.
//
// Nobody here exists. Names are drawn from two lists of common names; numbers
// begin with +999, which no country has; house numbers, streets and the last
// part of postcodes are made up.
//
// The shares: 86,543 people lived in the district in mid-2018 (Office for
// National Statistics, as given by gloucestershire.gov.uk). How they divide by
// age, gender, part of the district and long-term illness is assumed here, in
// round figures, after the shape of such a rural district; it is a setting for
// a demonstration, not a statistic. See [Shares].
package residents
