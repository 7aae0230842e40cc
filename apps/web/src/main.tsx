import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { AppStart } from './app/app-start.ts';
import { keepOffline } from './offline/keep-offline.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/pages.css';
import './styles/chat-list.css';
import './styles/conversation.css';
import './styles/messages.css';
import './styles/contact-details.css';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element with the id "root".');

// Started outside of React: a component may be mounted twice, a session must not.
const start = new AppStart();
void start.begin();
// Not while developing, when files change under their names.
if (import.meta.env.MODE === 'production') keepOffline();

createRoot(root).render(
  <StrictMode>
    <App start={start} />
  </StrictMode>,
);
