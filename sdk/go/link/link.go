// Package link finds links to a next page in a header, and turns them into what to ask for.
package link

import (
	"strings"

	rounds "rounds-sdk"
)

// Next is the next link of an answer's Link headers (RFC 8288), as it stands there: for [Resolve].
func Next(answer rounds.Response) (link string, found bool) {
	for _, header := range answer.Headers {
		if header.Name != "link" {
			continue
		}
		if link, found := nextIn(header.Value); found {
			return link, true
		}
	}
	return "", false
}

// InHeader is the link in the first header of this name, as X-Next-Page, which holds a URL or a path
// and nothing else. It is not found where it is missing or empty.
func InHeader(answer rounds.Response, name string) (link string, found bool) {
	value, _ := answer.Header(strings.ToLower(name))
	value = strings.TrimSpace(value)
	if strings.HasPrefix(value, "<") && strings.HasSuffix(value, ">") {
		value = strings.TrimSpace(value[1 : len(value)-1])
	}
	return value, value != ""
}

// Resolve is a link found in an answer, as the target of a request. asked is the target that was
// answered, as "/Appointment?page=1": what is relative ("?page=2", "./…", "/fhir/…") is relative to
// that.
//
// A link below baseURL, compared as URLs, becomes a target relative to it. Any other whole URL stays
// as it is, and the host refuses it unless the user allows its origin. A path that is not that of
// the base URL stays as well, which makes it one below the base URL.
func Resolve(baseURL, asked, link string) string {
	link = before(strings.TrimSpace(link), "#")
	if link == "" {
		return asked
	}
	whole := whole(baseURL, asked, link)
	target, isBelow := Below(baseURL, whole)
	isPath := link[0] == '/' && !strings.HasPrefix(link, "//") && !isWhole(asked)
	switch {
	case isBelow:
		return target
	case isPath:
		return link
	}
	return whole
}

// Below is what follows the base URL in a URL below it: empty, or from its / or ? on. They are
// compared as URLs: neither the case of scheme and host nor a usual port makes a difference.
func Below(baseURL, url string) (rest string, is bool) {
	base, itsBase := parts(before(baseURL, "?"))
	its, is := parts(url)
	rest, isUnder := strings.CutPrefix(its.path, strings.TrimRight(base.path, "/"))
	ends := rest == "" || rest[0] == '/' || rest[0] == '?'
	if !itsBase || !is || !isUnder || !ends || its.origin != base.origin {
		return "", false
	}
	return rest, true
}

// nextIn is the next link among those of one header.
func nextIn(links string) (link string, found bool) {
	for links = strings.TrimLeft(links, " \t,"); links != ""; links = strings.TrimLeft(links, " \t,") {
		link, rest := "", links
		if opened, isLink := strings.CutPrefix(links, "<"); isLink {
			var isClosed bool
			if link, rest, isClosed = strings.Cut(opened, ">"); !isClosed {
				return "", false
			}
		}
		var parameters string
		parameters, links = part(rest, ',')
		if link != "" && isNext(parameters) {
			return strings.TrimSpace(link), true
		}
	}
	return "", false
}

// isNext tells whether the first rel of a link's parameters names next, be it among others.
func isNext(parameters string) bool {
	for parameters != "" {
		var parameter string
		parameter, parameters = part(parameters, ';')
		name, value, _ := strings.Cut(parameter, "=")
		if !strings.EqualFold(strings.TrimSpace(name), "rel") {
			continue
		}
		for _, relation := range strings.Fields(strings.Trim(strings.TrimSpace(value), `"`)) {
			if strings.EqualFold(relation, "next") {
				return true
			}
		}
		return false
	}
	return false
}

// part is what stands before and behind the first such byte that is not within quotes.
func part(text string, sign byte) (before, behind string) {
	isQuoted := false
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == sign && !isQuoted:
			return text[:i], text[i+1:]
		case text[i] == '\\' && isQuoted:
			i++
		case text[i] == '"':
			isQuoted = !isQuoted
		}
	}
	return text, ""
}

func whole(baseURL, asked, link string) string {
	if isWhole(link) {
		return link
	}
	url := before(asked, "?")
	isBase := url == ""
	if !isWhole(url) {
		url = strings.TrimRight(before(baseURL, "?"), "/") + url
	}
	origin, path := split(url)
	switch {
	case strings.HasPrefix(link, "//"):
		return before(origin, ":") + ":" + link
	case link[0] == '/':
		return origin + withoutDots(link)
	case link[0] == '?':
		return url + link
	case !isBase:
		path = path[:max(strings.LastIndexByte(path, '/'), 0)]
	}
	// What is asked of the base URL itself is taken for a folder of it.
	return origin + withoutDots(path+"/"+link)
}

// withoutDots is a path and its query, with . and .. of the path gone along (RFC 3986, 5.2.4).
func withoutDots(target string) string {
	path := before(target, "?")
	segments := strings.Split(path, "/")[1:]
	kept := []string{}
	for _, segment := range segments {
		switch {
		case segment == ".." && len(kept) > 0:
			kept = kept[:len(kept)-1]
		case segment != "." && segment != "..":
			kept = append(kept, segment)
		}
	}
	if last := segments[len(segments)-1]; last == "." || last == ".." {
		kept = append(kept, "")
	}
	return "/" + strings.Join(kept, "/") + target[len(path):]
}

// url is what two are compared by; its path has its query.
type url struct{ origin, path string }

// parts are those of a whole URL that has no user.
func parts(text string) (its url, is bool) {
	origin, path := split(text)
	scheme, authority, _ := strings.Cut(strings.ToLower(origin), "://")
	if !isWhole(text) || strings.Contains(authority, "@") {
		return url{}, false
	}
	host, port := authority, ""
	if at := strings.LastIndexByte(authority, ':'); at >= 0 && strings.Trim(authority[at+1:], "0123456789") == "" {
		host, port = authority[:at], authority[at+1:]
	}
	switch {
	case port == "" && scheme == "https":
		port = "443"
	case port == "":
		port = "80"
	}
	return url{scheme + "://" + host + ":" + port, path}, true
}

// isWhole tells whether a link begins with a scheme: one in its query makes no whole URL of it.
func isWhole(link string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	scheme, _, found := strings.Cut(link, "://")
	starts := found && scheme != "" && strings.IndexByte(letters, scheme[0]) >= 0
	return starts && strings.Trim(scheme, letters+"0123456789+-.") == ""
}

// split is scheme, host and port; and the path with its query.
func split(url string) (origin, path string) {
	host := 0
	if at := strings.Index(url, "://"); at >= 0 {
		host = at + 3
	}
	end := host + len(before(url[host:], "/?#"))
	return url[:end], url[end:]
}

// before is what stands before the first of these.
func before(text, ends string) string {
	if at := strings.IndexAny(text, ends); at >= 0 {
		return text[:at]
	}
	return text
}
