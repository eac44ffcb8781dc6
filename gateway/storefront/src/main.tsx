// Mounts the storefront. Nothing here may ask another host for anything: shoppers are nobody else's business.
import './style/base.css';
import './style/header.css';
import './style/list.css';
import './style/filters.css';
import './style/card.css';
import './style/compare.css';
import { render } from 'preact';
import { listen } from './address/here';
import { App } from './app';
import { watchShops } from './parts/shops';

listen();
watchShops();
const root = document.getElementById('app');
if (root) render(<App />, root);
