package main

import (
	"time"

	"folkmoot/app/httpx"
	"folkmoot/app/web"
)

// site is the pages.
func (h *house) site() *web.Site {
	assets, missing := web.BuiltAssets()
	if missing {
		h.log.Warn("the styles and scripts were not built into this program; pages are plain: run make assets and build again")
	}
	return web.New(web.Options{
		SignIns: h.access, Clock: h.clock, Assets: assets, BaseURL: h.cfg.BaseURL, Demo: h.cfg.Demo, Zone: h.cfg.Zone(),
		Limiter: httpx.NewLimiter(h.cfg.API.Rate, h.cfg.API.Burst, time.Now), Pages: h.pages(),
	})
}

// pages lists the pages of every area.
func (h *house) pages() []web.Page { return web.AllPages(h.services()) }
