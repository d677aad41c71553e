/** Starts the dashboard. */
import './style.css';
import './styles/frame.css';
import './styles/progress.css';
import './styles/share.css';
import { render } from 'preact';
import { App } from './app.tsx';

render(<App />, document.getElementById('app')!);
