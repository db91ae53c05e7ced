// Package web is the pages: public, staff and member, as plain HTML that works
// without scripts; htmx and govuk-frontend's scripts only make it smoother.
//
// Each area lists its pages as a table of [Page]: method, path and a handler
// that answers a [Reply]. A handler sees a [Request], never Fiber. Templates
// lie in templates/, one file per page that defines "main", rendered inside
// templates/layout.html with the parts of templates/parts/ at hand.
//
// What always holds here:
//
//   - No rule lives here and no permission is decided here: a handler hands
//     actor and input to a domain service, which refuses.
//   - A page is closed unless it says Open. Who is not signed in is asked to
//     sign in; who may not see a thing is told that it is not there.
//   - A form is taken only from our own pages: a POST must show by
//     Sec-Fetch-Site or Origin that it comes from this site. The sign-in
//     cookie is HttpOnly, SameSite=Lax and, over https, Secure and bound to
//     the host. There is no token in forms to be lost or leaked.
//   - Every form carries a key that becomes the key of the command, so a
//     second press changes nothing.
//   - Public pages are read as the public, whoever is signed in: staff see
//     there what everybody sees.
//   - Who somebody is, and what a resident wrote, is shown only in answer to a
//     form with its purpose, never under an address, and after the service
//     recorded the look.
//   - Bank details go in on a member's own page and never come back out.
//   - A sign-in link is opened by GET and used by POST: the preview that a
//     phone fetches does not use it up.
//   - Scripts and styles come from our own files; the content policy allows
//     no other, none inline.
//
// Decision. The cookie holds a random secret and nothing else; what it opens
// is stored under its hash and read for every request, so that signing out,
// or taking a role away, holds at once. It needs no signature: nobody can
// guess 32 random bytes.
//
// Decision. Links and forms are shown by the one permission table of package
// domain, so that nobody is offered what would be refused; what is refused is
// still decided by the services alone.
//
// Decision. Most staff pages of the jury's work are made from one template,
// a sheet: what is due first, then facts, lists and forms. A sheet's form shows
// again what was typed into it, and no other form of the page does.
//
// A vote on a page is handed on with who votes and nothing else: no key is
// made from the form, nothing of it is kept, and the page that answers says
// that a vote is in and not how it was cast.
//
// It deliberately leaves to the API what needs a file of its own: address
// lists, evidence as files, receipts.
package web
